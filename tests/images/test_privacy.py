"""What names a patient is found in files of each kind, and not printed unless asked for."""

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, PngImagePlugin
from pydicom.datadict import DicomDictionary, keyword_dict
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian, generate_uid

from imgpipe import InputError
from imgpipe.images.formats.metadata.dicom_tags import LISTED, WITHOUT_PATIENT
from imgpipe.images.privacy import PRIVACY, find_identifying

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
CT = "1.2.840.10008.5.1.4.1.1.2"


def dicom(path: Path, kind: str = CT, **elements: object) -> Path:
    """Write a DICOM file of 4 x 4 pixels without any word on a patient but `elements`."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = kind
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID = kind
    dataset.Modality = "CT"
    dataset.Rows = dataset.Columns = 4
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 7, 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = bytes(16)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.preamble = bytes(128)
    dataset.save_as(path, enforce_file_format=False)
    return path


def found(source: Path) -> dict[str, list[str]]:
    """Tags by code."""
    by_code: dict[str, list[str]] = {}
    for one in find_identifying(source):
        by_code.setdefault(one.code, []).append(one.tag)
    return by_code


def test_the_list_speaks_dicom() -> None:
    """Each attribute of the list stands in the standard's dictionary."""
    assert not {*LISTED, *WITHOUT_PATIENT} - keyword_dict.keys()


def test_a_file_without_a_patient_gives_nothing(tmp_path: Path) -> None:
    """What says only what the file is identifies nobody; empty values do not either."""
    dicom(tmp_path / "a.dcm", PatientName="", PatientID="", PatientBirthName="^^")
    assert find_identifying(tmp_path) == []


@pytest.mark.parametrize("kind", ["PN", "DA", "DT", "TM", "LT", "ST", "UT"])
def test_every_attribute_of_a_kind_is_found(kind: str, tmp_path: Path) -> None:
    """Each name, date, time and text of the whole dictionary is, in the header or nested in it."""
    keywords = sorted(
        keyword
        for tag, (vr, vm, _, retired, keyword) in DicomDictionary.items()
        if vr == kind and not retired and vm == "1" and tag > 0x00080000
    )
    value = {"DA": "19700131", "DT": "19700131120000", "TM": "120000"}.get(kind, "Planted")
    half = len(keywords) // 2
    item = Dataset()
    for keyword in keywords[half:]:
        setattr(item, keyword, value)
    path = dicom(tmp_path / "a.dcm", **dict.fromkeys(keywords[:half], value))
    dicom(path, **dict.fromkeys(keywords[:half], value), RequestAttributesSequence=[item])
    seen = {one.tag for one in find_identifying(path)}
    assert set(keywords) - seen <= WITHOUT_PATIENT
    assert len(keywords) > 8


CASES: list[tuple[str, dict[str, object], str, str]] = [
    ("name", {"PatientName": "Doe^Jane"}, "PHI001", "PatientName"),
    ("number", {"AccessionNumber": "77"}, "PHI001", "AccessionNumber"),
    ("age", {"PatientAge": "044Y"}, "PHI002", "PatientAge"),
    ("date", {"StudyDate": "20200131"}, "PHI003", "StudyDate"),
    ("hospital", {"InstitutionName": "General"}, "PHI004", "InstitutionName"),
    ("other person", {"OperatorsName": "Roe^R"}, "PHI004", "OperatorsName"),
    ("text", {"ImageComments": "Jane"}, "PHI005", "ImageComments"),
    ("uid", {"StudyInstanceUID": generate_uid()}, "PHI006", "StudyInstanceUID"),
    ("burned in", {"BurnedInAnnotation": "YES"}, "PHI008", "BurnedInAnnotation is YES"),
    ("ultrasound", {"Modality": "US"}, "PHI008", "BurnedInAnnotation is missing (ultrasound)"),
    ("face", {"RecognizableVisualFeatures": "YES"}, "PHI008",
     "RecognizableVisualFeatures is not NO"),
    ("screen", {"SOPClassUID": SECONDARY_CAPTURE}, "PHI008",
     "BurnedInAnnotation is missing (captured from a screen or a page)"),
    ("report", {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.11"}, "PHI010", "Basic Text SR Storage"),
    ("document", {"SOPClassUID": EncapsulatedPDFStorage, "EncapsulatedDocument": b"%PDF"}, "PHI010",
     "Encapsulated PDF Storage"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("elements", "code", "tag"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_tag_has_its_code(
    elements: dict[str, object], code: str, tag: str, tmp_path: Path
) -> None:
    """One identifying element gives one finding, with its code and the name of the tag."""
    dicom(tmp_path / "a.dcm", **elements)
    assert found(tmp_path) == {code: [tag]}


def test_private_elements_and_overlays_are_counted(tmp_path: Path) -> None:
    """Private elements are one finding, whatever they hold; drawings over the image another."""
    path = tmp_path / "a.dcm"
    dicom(path)
    import pydicom

    dataset = pydicom.dcmread(path)
    block = dataset.private_block(0x0009, "Maker", create=True)
    block.add_new(1, "LO", "Doe"), block.add_new(2, "LO", "Jane")
    dataset.add_new(0x60003000, "OW", bytes(2))
    dataset.save_as(path)
    assert found(path) == {"PHI007": ["private elements"], "PHI009": ["OverlayData"]}
    private = find_identifying(path, show_values=True)[0]
    assert private.values == ("2 of them",)


def test_a_screen_that_says_no_is_believed(tmp_path: Path) -> None:
    """BurnedInAnnotation NO is not flagged, on an ultrasound either."""
    dicom(tmp_path / "a.dcm", Modality="US", BurnedInAnnotation="NO")
    assert find_identifying(tmp_path) == []


def test_values_are_given_only_when_asked_for(tmp_path: Path) -> None:
    """Neither findings nor the paths in them name the patient, unless values are shown."""
    folder = tmp_path / "doe_jane"
    folder.mkdir()
    for i in range(30):
        dicom(folder / f"4711-{i}.dcm", PatientName="Doe^Jane", PatientID="4711")
    told = find_identifying(tmp_path)
    assert [(one.code, one.files) for one in told] == [
        ("PHI001", 30),
        ("PHI001", 30),
        ("PHI011", 30),
    ]
    assert told[1].message == "PatientName in 30 of 30 DICOM files"
    assert told[2].ids[0] == "***_***/***-0.dcm"
    assert len(told[2].ids) == 20
    assert not any(word in repr(told) for word in ("doe", "Doe", "jane", "Jane", "4711"))
    shown = find_identifying(tmp_path, show_values=True, ignore=["phi011"])
    assert [one.values for one in shown] == [("4711",), ("Doe^Jane",)]
    assert shown[0].ids[0] == "doe_jane/4711-0.dcm"


def test_a_number_within_a_word_is_no_name(tmp_path: Path) -> None:
    """A short name, or one inside a longer word, is not looked for in paths."""
    dicom(tmp_path / "xdoex-li.dcm", PatientName="Doe^Li", PatientID="12")
    assert [one.code for one in find_identifying(tmp_path)] == ["PHI001", "PHI001"]
    other = tmp_path / "Doe"
    other.mkdir()
    dicom(other / "a.dcm", PatientName="Doe^Li")
    assert [one.ids for one in find_identifying(other) if one.code == "PHI011"] == [(".",)]


def png_with(path: Path, **texts: str) -> None:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text, zip=name == "Comment")
    Image.new("L", (4, 4)).save(path, pnginfo=info)


def jpeg_with(path: Path, exif: Image.Exif, **settings: object) -> None:
    Image.new("L", (4, 4)).save(path, exif=exif, **settings)


def test_texts_in_pictures(tmp_path: Path) -> None:
    """Comments, authors and places of PNG, JPEG and TIFF are found; what made the file is not."""
    png_with(tmp_path / "a.png", Software="x", Title="Jane", Comment="Doe")
    exif = Image.Exif()
    exif[0x013B] = "Dr Roe"
    exif[0x0110] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    jpeg_with(tmp_path / "b.jpg", exif, comment=b"Jane Doe")
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((4, 4), np.uint8), description="Jane Doe",
                     metadata=None)  # fmt: skip
    tifffile.imwrite(tmp_path / "d.tif", np.zeros((2, 4, 4), np.uint8), software="x")
    tags = [(one.tag, one.ids) for one in find_identifying(tmp_path)]
    assert tags == [
        ("Artist", ("b.jpg",)),
        ("GPSInfo", ("b.jpg",)),
        ("ImageDescription", ("c.tif",)),
        ("comment", ("b.jpg",)),
        ("text 'Comment'", ("a.png",)),
        ("text 'Title'", ("a.png",)),
    ]
    values = [one.values for one in find_identifying(tmp_path, show_values=True)]
    assert values == [("Dr Roe",), ("{1: 'N'}",), ("Jane Doe",), ("Jane Doe",), ("Doe",), ("Jane",)]


def test_one_text_in_files_of_two_kinds(tmp_path: Path) -> None:
    """Files are counted among all of the kinds that have the text."""
    exif = Image.Exif()
    exif[0x013B] = "Dr Roe"
    for name in ("a.jpg", "b.jpg", "c.tif"):
        Image.new("L", (4, 4)).save(tmp_path / name, **({} if name == "b.jpg" else {"exif": exif}))
    assert [one.message for one in find_identifying(tmp_path)] == [
        "Artist in 2 of 3 JPEG and TIFF files"
    ]


def test_dicom_without_elements_is_not_looked_at(tmp_path: Path) -> None:
    """A header with nothing readable behind it is no clean file."""
    (tmp_path / "a.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"garbage")
    assert found(tmp_path) == {"PHI014": ["DICOM without any element"]}


def test_exif_in_a_png_and_a_damaged_one(tmp_path: Path) -> None:
    """EXIF of a PNG is looked into; what does not parse is said to be there."""
    exif = Image.Exif()
    exif[0x013B] = "Dr Roe"
    Image.new("L", (4, 4)).save(tmp_path / "a.png", exif=exif)
    body = b"Exif\0\0" + b"II*\0\xff\xff\xff\xff"
    start = struct.pack(">BBBBH", 0xFF, 0xD8, 0xFF, 0xE1, len(body) + 2)
    (tmp_path / "b.jpg").write_bytes(start + body + b"\xff\xd9")
    assert found(tmp_path) == {"PHI013": ["Artist", "EXIF (damaged)"]}


def test_pages_that_go_round_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    """A TIFF directory that names itself as the next is looked at once."""
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, np.zeros((4, 4), np.uint8), description="Doe", metadata=None)
    content = bytearray(path.read_bytes())
    at = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, at)[0]
    struct.pack_into("<I", content, at + 2 + 12 * count, at)
    path.write_bytes(content)
    assert found(tmp_path) == {"PHI013": ["ImageDescription"]}


def nifti(
    db_name: bytes = b"", descrip: bytes = b"", aux_file: bytes = b"", more: bytes = bytes(4)
) -> bytes:
    """A NIfTI-1 header with these texts."""
    head = bytearray(348)
    head[:4] = struct.pack("<i", 348)
    for start, text in ((14, db_name), (148, descrip), (228, aux_file)):
        head[start : start + len(text)] = text
    head[344:348] = b"n+1\0"
    return bytes(head) + more


def test_texts_in_headers_of_volumes(tmp_path: Path) -> None:
    """Text fields and extensions of NIfTI, packed or not, and keys and comments of NRRD."""
    (tmp_path / "a.nii").write_bytes(nifti(descrip=b"Doe 1970", db_name=b"DB"))
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(nifti(aux_file=b"x.hdr", more=b"\1\0\0\0")))
    (tmp_path / "c.nii").write_bytes(nifti())
    (tmp_path / "d.nrrd").write_bytes(
        b"NRRD0005\n# Complete NRRD file format specification at:\n# by Roe\ntype: uint8\n"
        b"content: Doe\nPatientName:=Doe^Jane\n\nstudy:=pixels, not a key\n"
    )
    tags = [(one.tag, one.ids) for one in find_identifying(tmp_path)]
    assert tags == [
        ("NIfTI aux_file", ("b.nii.gz",)),
        ("NIfTI db_name", ("a.nii",)),
        ("NIfTI descrip", ("a.nii",)),
        ("NIfTI extension", ("b.nii.gz",)),
        ("NRRD PatientName", ("d.nrrd",)),
        ("NRRD comment", ("d.nrrd",)),
        ("NRRD content", ("d.nrrd",)),
    ]


def test_what_is_not_looked_at_is_said(tmp_path: Path) -> None:
    """Other files, broken links and damaged ones are counted by kind, and stop nothing."""
    (tmp_path / "a.csv").write_text("patient\nDoe\n")
    (tmp_path / "b.csv").write_text("patient\nDoe\n")
    (tmp_path / "e.tif").write_bytes(b"II*\0\xff\xff")
    np.save(tmp_path / "f.npy", np.zeros(3))
    os.symlink(tmp_path / "nowhere", tmp_path / "g")
    messages = [one.message for one in find_identifying(tmp_path)]
    assert messages == [
        "2 files not looked at: .csv",
        "1 file not looked at: damaged",
        "1 file not looked at: links to nothing, and what is no file",
    ]


def test_bad_input(tmp_path: Path) -> None:
    """A folder that is not there or empty, and a code that is not known, are named."""
    with pytest.raises(InputError, match="nowhere: no such file or folder"):
        find_identifying(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no files in this folder"):
        find_identifying(tmp_path)
    with pytest.raises(InputError, match="no check 'PHI099'; --phi looks for PHI001"):
        find_identifying(tmp_path, ignore=["PHI099"])


def test_the_page_lists_every_code() -> None:
    """docs/privacy.md has a row for each code."""
    page = Path(__file__).parents[2] / "docs" / "privacy.md"
    rows = page.read_text().splitlines()
    for code, kind in PRIVACY.items():
        assert any(
            row.startswith(f"| {code} | {kind.title} | {kind.severity} |") for row in rows
        ), code
