"""DICOM series and structure sets: order, geometry and what is refused."""

import os

import numpy as np
import pydicom
import pytest
from hospital_files import write_series
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from imgpipe import InputError
from imgpipe.features import extract, extract_many
from imgpipe.images import ContourWarning, Images, identifiers, read, read_contours, read_series

FRAME, SERIES, STUDY = "1.2.3.1", "1.2.3.2", "1.2.3.3"
AXIAL = [1, 0, 0, 0, 1, 0]
SHAPE = (5, 8, 10)
SPACING = (2.5, 0.8, 0.5)
ORIGIN = (-20.0, 30.0, 100.0)


def saved(path, dataset, storage=CTImageStorage):
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = storage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.save_as(path, enforce_file_format=True)


def slice_file(pixels, position, **tags):
    d = Dataset()
    d.Modality, d.PatientID, d.PatientName = "CT", "P1", "Not^Kept"
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = STUDY, SERIES, FRAME
    d.Rows, d.Columns = pixels.shape
    d.PixelSpacing = list(SPACING[1:])
    d.ImageOrientationPatient = AXIAL
    d.ImagePositionPatient = list(position)
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
    d.RescaleSlope, d.RescaleIntercept = 1, -1000
    d.PixelData = pixels.astype("<i2").tobytes()
    d.update({pydicom.datadict.tag_for_keyword(k): pydicom.DataElement(
        pydicom.datadict.tag_for_keyword(k), pydicom.datadict.dictionary_VR(k), v
    ) for k, v in tags.items()})  # fmt: skip
    return d


def position(k):
    return (ORIGIN[0], ORIGIN[1], ORIGIN[2] + k * SPACING[0])


@pytest.fixture
def volume(rng):
    return rng.integers(0, 3000, SHAPE)


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.fixture
def folder(tmp_path, volume):
    """A series whose file names run against its positions."""
    root = tmp_path / "series"
    root.mkdir()
    for k, pixels in enumerate(volume):
        saved(root / f"{9 - k}.dcm", slice_file(pixels, position(k), InstanceNumber=7))
    (root / "notes.txt").write_text("not an image")
    return root


def structures(path, contours, name="GTV", kind="CLOSED_PLANAR", **tags):
    d = Dataset()
    d.Modality, d.PatientID = "RTSTRUCT", "P1"
    region, item = Dataset(), Dataset()
    region.ROINumber, region.ROIName, region.ReferencedFrameOfReferenceUID = 1, name, FRAME
    item.ReferencedROINumber = 1
    item.ContourSequence = []
    for points in contours:
        contour = Dataset()
        contour.ContourGeometricType = kind
        contour.ContourData = [round(float(v), 6) for v in np.ravel(points)]
        item.ContourSequence.append(contour)
    d.StructureSetROISequence, d.ROIContourSequence = [region], [item]
    for key, value in tags.items():
        setattr(d, key, value)
    saved(path, d, "1.2.840.10008.5.1.4.1.1.481.3")
    return path


def square(z, rows, columns):
    """Corners of a rectangle in scanner coordinates, from voxel coordinates."""
    corners = [(rows[0], columns[0]), (rows[0], columns[1]), (rows[1], columns[1]),
               (rows[1], columns[0])]  # fmt: skip
    return [(ORIGIN[0] + c * SPACING[2], ORIGIN[1] + r * SPACING[1], ORIGIN[2] + z * SPACING[0])
            for r, c in corners]  # fmt: skip


def test_order_comes_from_the_position(folder, volume):
    """Slices stand by position, rescaled, with spacing and only three identifiers."""
    series = read_series(folder)
    assert np.array_equal(series.image.pixels, volume - 1000)
    assert series.image.spacing == pytest.approx(SPACING)
    assert tuple(series.origin) == ORIGIN
    assert (series.patient, series.study, series.series) == ("P1", STUDY, SERIES)
    assert "Not^Kept" not in repr(series)


def test_oblique_series(tmp_path, volume):
    """The order follows the normal of the slices, wherever it points."""
    x, y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, -1.0])
    normal = np.cross(x, y)
    root = tmp_path / "oblique"
    root.mkdir()
    for k, pixels in enumerate(volume):
        place = np.array(ORIGIN) + k * SPACING[0] * normal
        tags = {"ImageOrientationPatient": [*x, *y]}
        saved(root / f"{k}.dcm", slice_file(pixels, place, **tags))
    series = read_series(root)
    assert np.array_equal(series.image.pixels, volume - 1000)
    assert series.directions[0] == pytest.approx(normal)


def change(folder, k, **tags):
    path = folder / f"{9 - k}.dcm"
    dataset = pydicom.dcmread(path)
    for key, value in tags.items():
        setattr(dataset, key, value)
    dataset.save_as(path)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"SeriesInstanceUID": "9.9"}, "2 series in one folder"),
        ({"ImageOrientationPatient": [1, 0, 0, 0, 0, 1]}, "another orientation"),
        ({"PixelSpacing": [1, 1]}, "PixelSpacing"),
        ({"PatientID": "P2"}, "another patient"),
        ({"Rows": 4}, r"\(4, 10\) pixels"),
        ({"ImagePositionPatient": list(position(1))}, "two slices at one position"),
        ({"ImagePositionPatient": list(position(2.4))}, "missing or out of place"),
        ({"ImagePositionPatient": [0, *position(2)[1:]]}, "tilted gantry"),
        ({"ImagePositionPatient": []}, "no usable ImagePositionPatient"),
        ({"NumberOfFrames": 2}, "2 frames without positions of their own"),
        ({"PixelSpacing": [0, 1]}, "PixelSpacing 0 x 1 mm"),
    ],
)
def test_what_is_no_volume_is_refused(folder, tags, message):
    """Slices that do not make one even volume give one error that says why."""
    change(folder, 2, **tags)
    with pytest.raises(InputError, match=message):
        read_series(folder)


def test_missing_slice_and_missing_folder(folder, tmp_path):
    """A gap is an error that names its place; so are an empty and a missing folder."""
    (folder / "7.dcm").unlink()
    with pytest.raises(InputError, match=r"missing or out of place, most likely behind .*8\.dcm"):
        read_series(folder)
    with pytest.raises(InputError, match="no such folder"):
        read_series(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no DICOM slices"):
        read_series(tmp_path / "empty")


def test_truncated_slice(folder):
    """A slice that ends early is named."""
    path = folder / "7.dcm"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"7\.dcm"):
        read_series(folder)


@pytest.mark.parametrize("name", ["9.dcm", "7.dcm"])
@pytest.mark.parametrize("content", [b"", b"x" * 500, bytes(128) + b"DICM" + b"x" * 40])
def test_damaged_slice_is_never_left_out(folder, name, content):
    """A DICOM file that cannot be read is named, even where the others would make a volume."""
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        read_series(folder)


def bare(folder, k, suffix=""):
    """Take preamble and suffix from a slice."""
    path = folder / f"{9 - k}.dcm"
    (folder / f"IM{9 - k}{suffix}").write_bytes(path.read_bytes()[132:])
    path.unlink()


def test_series_without_preamble_or_suffix(folder, volume):
    """The files that `read` takes are slices, with and without preamble and suffix."""
    bare(folder, 1)
    bare(folder, 2, ".dcm")
    bare(folder, 3, ".scan")
    series = read_series(folder)
    assert np.array_equal(series.image.pixels, volume - 1000)
    for k in (1, 2, 3):
        (path,) = folder.glob(f"IM{9 - k}*")
        assert np.array_equal(read(path).pixels, volume[k] - 1000)
        assert identifiers(path) == ("P1", STUDY, SERIES)


def test_one_of_several_series(folder, volume):
    """Where a folder holds several series, one is named, and the others are passed over."""
    for k in range(3):
        place = position(k + 0.3)
        saved(folder / f"other{k}", slice_file(volume[k] + 7, place, SeriesInstanceUID="9.9"))
    assert np.array_equal(read_series(folder, series=SERIES).image.pixels, volume - 1000)
    other = read_series(folder, series="9.9")
    assert np.array_equal(other.image.pixels, volume[:3] - 993)
    assert other.warnings[0].startswith(f"6 files passed over: 5.dcm (series {SERIES} [CT]), ")
    with pytest.raises(
        InputError, match=r"2 series in one folder \(1\.2\.3\.2 \[CT\], 9\.9 \[CT\]\)"
    ):
        read_series(folder)
    with pytest.raises(
        InputError, match=r"no series 1\.1 .* there is series 1\.2\.3\.2 \[CT\], series 9"
    ):
        read_series(folder, series="1.1")
    change(folder, 2, SeriesInstanceUID="9.8", ImagePositionPatient=[])
    assert len(read_series(folder, series="9.9").image.pixels) == 3


def test_names_that_are_no_utf8(folder, tmp_path, volume):
    """Names may be any bytes: slices and structure sets are read, and messages can be shown."""
    odd = os.fsdecode(b"f\xfcnf")
    (folder / "7.dcm").rename(folder / odd)
    (folder / "notes.txt").rename(folder / (odd + ".txt"))
    series = read_series(folder)
    assert np.array_equal(series.image.pixels, volume - 1000)
    assert series.warnings == (r"1 file passed over: f\xfcnf.txt (no DICOM)",)
    path = structures(tmp_path / odd, [square(1, (1.5, 6.5), (2.5, 8.5))])
    assert read_contours(path, series).sum() == 30
    (folder / odd).write_bytes(bytes(128) + b"DICM")
    with pytest.raises(InputError, match=r"f\\xfcnf: damaged") as caught:
        read_series(folder)
    str(caught.value).encode()


def test_what_is_passed_over_is_told(folder, tmp_path):
    """Files that are no slices are counted and named."""
    structures(folder / "RS.dcm", [])
    assert read_series(folder).warnings == (
        f"2 files passed over: {folder}/RS.dcm (no pixels: RT Structure Set Storage), "
        f"{folder}/notes.txt (no DICOM)".replace(f"{folder}/", ""),
    )
    for path in (folder / "RS.dcm", folder / "notes.txt"):
        path.unlink()
    assert read_series(folder).warnings == ()


@pytest.mark.parametrize(
    ("between", "digits", "slices"),
    [(0.625, 1, 9), (0.625, 1, 40), (1.25, 1, 12), (2.7273, 1, 30), (1.3333, 2, 10), (0.25, 1, 9)],
)
def test_rounded_positions(tmp_path, between, digits, slices):
    """Positions that are rounded to the digits they are written with are evenly spaced."""
    for k in range(slices):
        z = float(f"{between * k - 3:.{digits}f}")
        saved(tmp_path / f"{k}.dcm", slice_file(np.full((3, 3), k), (0, 0, z)))
    found = read_series(tmp_path).image.spacing[0]
    assert found == pytest.approx(between, abs=10**-digits / (slices - 1))


@pytest.mark.parametrize(
    "places",
    [
        (0, 0.6, 1.9, 2.5, 3.1),
        (0, 1, 3),
        (0, 2, 5, 7),
        (0, 2.5, 5.2, 7.5, 10),
        (0, 3.0, 6.1, 9.3, 12.6, 16.0),
    ],
)
def test_digits_hide_no_missing_slice(tmp_path, places):
    """Rounding explains no gap, no whole numbers, and nothing above half of its last digit."""
    for k, z in enumerate(places):
        saved(tmp_path / f"{k}.dcm", slice_file(np.full((3, 3), k), (0, 0, z)))
    with pytest.raises(InputError, match="missing or out of place"):
        read_series(tmp_path)


def test_slow_tilt_is_found(tmp_path):
    """A tilt that rounding hides from slice to slice shows over the whole."""
    for k in range(12):
        place = (0, round(0.05 * k, 1), round(0.6 * k, 1))
        saved(tmp_path / f"{k}.dcm", slice_file(np.full((3, 3), k), place))
    with pytest.raises(InputError, match="tilted gantry"):
        read_series(tmp_path)


def test_padding_is_filled_over_the_whole_volume(tmp_path):
    """Padding has one value in all slices, also in one that is nothing but padding."""
    values = np.arange(27).reshape(3, 3, 3) * 10
    values[0, 0], values[1] = -2000, -2000
    for k in range(3):
        tags = {"PixelPaddingValue": -2000}
        saved(tmp_path / f"{k}.dcm", slice_file(values[k], (0, 0, k), **tags))
    found = read_series(tmp_path).image.pixels
    assert np.array_equal(found, np.maximum(values, 30) - 1000)


def test_contours_enclose_the_centres(folder, tmp_path):
    """A voxel is inside where its centre is; a contour within another is a hole."""
    series = read_series(folder)
    drawn = [square(1, (1.5, 6.5), (2.5, 8.5)), square(1, (2.5, 4.5), (3.5, 5.5)),
             square(3.1, (0.5, 2.5), (0.4, 3.4))]  # fmt: skip
    mask = read_contours(structures(tmp_path / "rs.dcm", drawn), series)
    expected = np.zeros(SHAPE, bool)
    expected[1, 2:7, 3:9] = True
    expected[1, 3:5, 4:6] = False
    expected[3, 1:3, 1:4] = True
    assert np.array_equal(mask, expected)


def test_round_contour_has_the_area_of_a_disc(folder, tmp_path):
    """The number of voxels follows the area, in mm."""
    series = read_series(folder)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    middle = np.array(ORIGIN) + np.array([2.25, 2.8, 5.0])
    circle = middle + 1.9 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    mask = read_contours(structures(tmp_path / "rs.dcm", [circle]), series, region="GTV")
    assert mask[2].sum() * 0.4 == pytest.approx(np.pi * 1.9**2, rel=0.1)


@pytest.mark.parametrize(
    ("contours", "tags", "message"),
    [
        ([square(1.5, (1, 4), (1, 4))], {}, "off the nearest slice"),
        ([square(9, (1, 4), (1, 4))], {}, r"no voxel \(1 beyond the first or last slice"),
        ([square(1, (20, 40), (1, 4))], {}, r"no voxel \(1 reaching beyond the image"),
        ([square(1, (1.1, 1.2), (1.1, 1.2))], {}, "enclose no voxel$"),
        ([], {}, "no contours"),
        ([square(1, (1, 4), (1, 4))], {"PatientID": "P2"}, "another patient"),
        ([square(1, (1, 4), (1, 4))], {"Modality": "CT"}, "no RTSTRUCT"),
        ([square(1, (1, 4), (1, 4))], {"kind": "POINT"}, r"no voxel \(1 of type POINT"),
        ([[1, 2, 3, 4]], {}, "a contour of 4 numbers, not x, y, z each"),
    ],
)
def test_contours_that_are_refused(folder, tmp_path, contours, tags, message):
    """Contours that do not fit the series give one error that says why."""
    path = structures(tmp_path / "rs.dcm", contours, **tags)
    with pytest.raises(InputError, match=message):
        read_contours(path, read_series(folder))


@pytest.mark.parametrize("places", [(0, 1, 3, 4), (0, 1.1, 2.3, 4)])
def test_contours_of_a_resampled_series(tmp_path, volume, places):
    """Contours lie on the slices that were measured; what lies between takes the nearest one."""
    for k, z in enumerate(places):
        at = (ORIGIN[0], ORIGIN[1], ORIGIN[2] + z * SPACING[0])
        saved(tmp_path / f"{k}.dcm", slice_file(volume[k], at))
    series = read_series(tmp_path, allow_gaps=True)
    columns = (2.5, 3.5, 4.5, 5.5)
    drawn = [square(z, (1.5, 6.5), (0.5, c)) for z, c in zip(places, columns, strict=True)]
    mask = read_contours(structures(tmp_path / "RS", drawn), series)
    grid = np.arange(len(series.image.pixels)) * series.image.spacing[0] / SPACING[0]
    nearest = [int(np.abs(np.array(places) - z).argmin()) for z in grid]
    assert mask.sum(axis=(1, 2)).tolist() == [5 * (2 + k) for k in nearest]


def contours_file(path, folder, *contours):
    """A structure set of contours of several types: (type, points)."""
    structures(path, [points for _, points in contours])
    dataset = pydicom.dcmread(path)
    for (kind, _), contour in zip(
        contours, dataset.ROIContourSequence[0].ContourSequence, strict=True
    ):
        contour.ContourGeometricType = kind
    dataset.save_as(path)
    return path, read_series(folder)


@pytest.mark.parametrize(
    ("kind", "points", "note"),
    [
        ("POINT", square(2, (3, 3), (3, 3))[:1], "1 of type POINT, passed over"),
        ("OPEN_PLANAR", square(2, (1, 5), (1, 5)), "1 of type OPEN_PLANAR, passed over"),
        ("OPEN_NONPLANAR", square(2, (1, 5), (1, 5)), "1 of type OPEN_NONPLANAR, passed over"),
        ("CLOSED_PLANAR", [], "1 empty, passed over"),
        ("POINT", [], "1 empty, passed over"),
        ("CLOSED_PLANAR", square(2, (1, 5), (1, 5))[:2], "1 of fewer than three points"),
        ("CLOSED_PLANAR", square(5, (1, 5), (1, 5)), "1 beyond the first or last slice"),
        ("CLOSED_PLANAR", square(-1, (1, 5), (1, 5)), "1 beyond the first or last slice"),
    ],
)
def test_odd_contours_do_not_lose_the_region(folder, tmp_path, kind, points, note):
    """A contour that encloses nothing is passed over with a note, and the rest is kept."""
    drawn = square(1, (1.5, 6.5), (2.5, 8.5))
    path, series = contours_file(
        tmp_path / "rs.dcm", folder, ("CLOSED_PLANAR", drawn), (kind, points)
    )
    with pytest.warns(ContourWarning, match=note):
        mask = read_contours(path, series)
    expected = np.zeros(SHAPE, bool)
    expected[1, 2:7, 3:9] = True
    assert np.array_equal(mask, expected)


def test_contours_are_clipped(folder, tmp_path):
    """What of a contour lies in the image is kept, on each of its sides."""
    drawn = square(1, (-3.5, 4.5), (2.5, 30))
    path, series = contours_file(
        tmp_path / "rs.dcm", folder, ("CLOSED_PLANAR", drawn),
        ("CLOSED_PLANAR", square(3, (4.5, 90), (-70, 3.5))),
    )  # fmt: skip
    with pytest.warns(ContourWarning, match="2 reaching beyond the image, clipped"):
        mask = read_contours(path, series)
    expected = np.zeros(SHAPE, bool)
    expected[1, :5, 3:] = True
    expected[3, 5:, :4] = True
    assert np.array_equal(mask, expected)


def test_exclusive_or_contours(folder, tmp_path):
    """CLOSEDPLANAR_XOR is what contours within contours mean anyway."""
    path, series = contours_file(
        tmp_path / "rs.dcm", folder, ("CLOSEDPLANAR_XOR", square(1, (0.5, 6.5), (0.5, 8.5))),
        ("CLOSEDPLANAR_XOR", square(1, (2.5, 4.5), (2.5, 4.5))),
    )  # fmt: skip
    mask = read_contours(path, series)
    assert mask.sum() == 6 * 8 - 2 * 2


def test_structure_set_without_preamble(folder, tmp_path):
    """A structure set needs the preamble no more than an image does."""
    path = structures(tmp_path / "rs.dcm", [square(1, (1.5, 6.5), (2.5, 8.5))])
    (tmp_path / "RS").write_bytes(path.read_bytes()[132:])
    assert read_contours(tmp_path / "RS", read_series(folder)).sum() == 30


def test_two_regions_of_one_name(folder, tmp_path):
    """Of two regions with one name neither is chosen in silence."""
    path = structures(tmp_path / "rs.dcm", [square(1, (1.5, 6.5), (2.5, 8.5))])
    dataset = pydicom.dcmread(path)
    other = Dataset()
    other.ROINumber, other.ROIName = 2, "GTV"
    dataset.StructureSetROISequence.append(other)
    dataset.save_as(path)
    with pytest.raises(InputError, match="2 regions named 'GTV'"):
        read_contours(path, read_series(folder), region="GTV")


def test_regions_are_named(folder, tmp_path):
    """A region that is not there is an error that lists those that are."""
    path = structures(tmp_path / "rs.dcm", [square(1, (1, 4), (1, 4))])
    with pytest.raises(InputError, match="no region 'heart' in it; there is 'GTV'"):
        read_contours(path, read_series(folder), region="heart")
    dataset = pydicom.dcmread(path)
    dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "4.5"
    dataset.save_as(path)
    with pytest.raises(InputError, match="another frame of reference"):
        read_contours(path, read_series(folder))
    (tmp_path / "rs.txt").write_text("none")
    with pytest.raises(InputError, match="not a DICOM file"):
        read_contours(tmp_path / "rs.txt", read_series(folder))


@pytest.mark.data
@pytest.mark.parametrize(("modality", "slices"), [("CT", 47), ("PET", 47), ("MR_T1", 25)])
def test_real_series(shared_data, modality, slices):
    """One tumour drawn on three scans has the volume that its contours enclose on each."""
    root = shared_data / "ct_series/STS_025" / modality
    series = read_series(root / "image")
    mask = read_contours(root / "mask/RS.dcm", series)
    assert len(series.image.pixels) == slices
    assert np.flatnonzero(mask.any(axis=(1, 2))).size == 15
    volume = mask.sum() * np.prod(series.image.spacing)
    assert volume == pytest.approx(30100, rel=0.01)
    if modality == "CT":
        # soft tissue in Hounsfield units
        assert 0 < np.median(series.image.pixels[mask]) < 80


def test_a_series_is_carried_with_its_spacing(folder, volume):
    """As `Series`, as folder among images, and as folder that is measured: the same millimetres."""
    values = [
        extract(read_series(folder), families="morphology"),
        extract(folder, families="morphology"),
        *(
            dict(zip(names, row, strict=True))
            for rows, names in (
                extract_many(Images([read_series(folder)]), families="morphology"),
                extract_many(Images([folder]), families="morphology"),
                extract_many([folder], families="morphology"),
            )
            for row in rows
        ),
    ]
    volumes = [each["morphology_volume_voxels"] for each in values]
    assert volumes == pytest.approx([volume.size * np.prod(SPACING)] * 5)


def test_segmentation_beside_the_slices(tmp_path):
    """A segmentation in the folder is no second series; alone it can be read as what it holds."""
    pixels = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    write_series(tmp_path / "both", pixels)
    write_series(tmp_path / "both", pixels[::-1], prefix="seg", Modality="SEG")
    found = read_series(tmp_path / "both")
    assert np.array_equal(found.image.pixels, pixels)
    assert found.warnings == (
        "2 files passed over: seg998.dcm (a segmentation), seg999.dcm (a segmentation)",
    )
    write_series(tmp_path / "alone", pixels, Modality="SEG")
    assert read_series(tmp_path / "alone").image.pixels.shape == (2, 3, 4)
