"""DICOM SEG as masks: frames by position, on the volume's grid, whatever their order."""

import warnings

import highdicom
import nibabel
import numpy as np
import pydicom
import pytest
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from imgpipe import InputError
from imgpipe.images import (
    Image,
    ImageFile,
    SegmentationWarning,
    read_mask,
    read_segmentation,
    read_series,
    write_segmentation,
)

SHAPE = (6, 9, 8)
LABELS = np.zeros(SHAPE, np.uint8)
LABELS[1, 2:5, 3:6] = 1
LABELS[4, 2:7, 1:3] = 1
LABELS[1, 6:8, 2:7] = 2


@pytest.fixture
def sources(tmp_path):
    """A series of slices 2.5 mm apart, in a folder, and as data sets in order."""
    folder, study, series, frame = tmp_path / "ct", *(generate_uid() for _ in range(3))
    folder.mkdir()
    found = []
    for k in range(SHAPE[0]):
        meta = pydicom.dataset.FileMetaDataset()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        slice_ = pydicom.Dataset()
        slice_.file_meta = meta
        slice_.SOPClassUID, slice_.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        slice_.PatientID, slice_.PatientName, slice_.Modality = "P1", "One^", "CT"
        slice_.PatientBirthDate = slice_.PatientSex = slice_.AccessionNumber = ""
        slice_.StudyID, slice_.StudyDate, slice_.StudyTime = "1", "20200101", "120000"
        slice_.ReferringPhysicianName = ""
        slice_.StudyInstanceUID, slice_.SeriesInstanceUID = study, series
        slice_.FrameOfReferenceUID, slice_.InstanceNumber = frame, k + 1
        slice_.PositionReferenceIndicator = ""
        slice_.ImagePositionPatient = [-12, 7.5, 30 + 2.5 * k]
        slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        slice_.PixelSpacing, slice_.SliceThickness = [0.7, 0.9], 5
        slice_.Rows, slice_.Columns = SHAPE[1:]
        slice_.SamplesPerPixel, slice_.PhotometricInterpretation = 1, "MONOCHROME2"
        slice_.BitsAllocated = slice_.BitsStored = 16
        slice_.HighBit, slice_.PixelRepresentation = 15, 1
        slice_.RescaleSlope, slice_.RescaleIntercept = 1, -1024
        pixels = np.arange(np.prod(SHAPE[1:]), dtype=np.int16).reshape(SHAPE[1:]) + k
        slice_.PixelData = pixels.tobytes()
        slice_.save_as(folder / f"{9 - k}.dcm", enforce_file_format=True)
        found.append(slice_)
    return folder, found


def segment(path, sources, array, kind="BINARY", labels=("tumour", "oedema"), **settings):
    """A SEG file by highdicom."""
    described = [
        SegmentDescription(
            k + 1, label, codes.SCT.Tissue, codes.SCT.Tissue,
            highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for k, label in enumerate(labels)
    ]  # fmt: skip
    dataset = Segmentation(
        sources, array, kind, described, generate_uid(), 9, generate_uid(), 1, "maker", "model",
        "1", "1", **settings,
    )  # fmt: skip
    dataset.save_as(path)
    return path


def rewritten(path, change):
    """Change a file's elements."""
    dataset = pydicom.dcmread(path)
    change(dataset)
    dataset.save_as(path)
    return path


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
@pytest.mark.parametrize("omit", [True, False])
def test_segments_lie_where_they_were_drawn(tmp_path, sources, kind, omit):
    """All segments as labels, and each by its label or number, of each kind of SEG."""
    folder, slices = sources
    path = segment(tmp_path / "seg.dcm", slices, LABELS, kind, omit_empty_frames=omit)
    series = read_series(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(read_segmentation(path, series), LABELS)
        for region, number in (("tumour", 1), ("oedema", 2), (2, 2), ("1", 1)):
            mask = read_segmentation(path, series.image, region=region)
            assert mask.dtype == bool
            assert np.array_equal(mask, number == LABELS)
    with pytest.raises(InputError, match=r"no segment 'lung' in it; there is 1 'tumour', 2 'oed"):
        read_segmentation(path, series, region="lung")


def test_frames_in_any_order(tmp_path, sources):
    """The order of frames says nothing, nor does that of their numbers."""
    folder, slices = sources

    def turn(dataset):
        pixels = dataset.pixel_array[::-1]
        groups = dataset.PerFrameFunctionalGroupsSequence
        dataset.PerFrameFunctionalGroupsSequence = pydicom.Sequence(list(groups)[::-1])
        dataset.PixelData = pydicom.pixels.pack_bits(pixels)

    path = rewritten(segment(tmp_path / "seg.dcm", slices, LABELS), turn)
    assert np.array_equal(read_segmentation(path, read_series(folder)), LABELS)


def test_slices_left_out_are_empty(tmp_path, sources):
    """Two frames three slices apart are two slices, whatever distance the file declares."""
    folder, slices = sources
    path = segment(tmp_path / "seg.dcm", slices, (LABELS == 1).astype(np.uint8), labels=["a"])

    def forget(dataset):
        measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        del measures.SpacingBetweenSlices
        measures.SliceThickness = 7.5

    assert pydicom.dcmread(path).NumberOfFrames == 2
    rewritten(path, forget)
    assert np.array_equal(read_segmentation(path, read_series(folder)), LABELS == 1)


def test_on_another_grid(tmp_path, sources):
    """A part of the grid, and one turned round, are brought onto the volume."""
    folder, slices = sources
    series = read_series(folder)
    path = segment(tmp_path / "seg.dcm", slices[1:5], LABELS[1:5])
    assert np.array_equal(read_segmentation(path, series), LABELS)
    flat = Image(series.image.pixels[4], None, (0.7, 0.9), place=series.image.place)
    place = series.image.place
    moved = type(place)(place.origin + np.array([0, 0, 10]), place.directions[1:], place.frame)
    flat = Image(series.image.pixels[4], None, (0.7, 0.9), place=moved)
    assert np.array_equal(read_segmentation(path, flat), LABELS[4])
    coarse = Image(np.zeros((6, 9, 4)), None, (2.5, 0.7, 1.8), place=place)
    with pytest.warns(SegmentationWarning, match="another grid"):
        assert np.array_equal(read_segmentation(path, coarse), LABELS[:, :, ::2])
    far = type(place)(place.origin + np.array([500, 0, 0]), place.directions, place.frame)
    with pytest.raises(InputError, match="wholly beyond"):
        read_segmentation(path, Image(series.image.pixels, None, (2.5, 0.7, 0.9), place=far))


def test_fractions_are_cut_at_one_half(tmp_path, sources):
    """Of a map of shares, at least one half is inside, and a warning says so."""
    folder, slices = sources
    share = np.zeros((*SHAPE, 1))
    share[2, 3:6, 3, 0] = (0.49, 0.5, 1)
    path = segment(tmp_path / "seg.dcm", slices, share, "FRACTIONAL", ["a"])
    with pytest.warns(SegmentationWarning, match="one half"):
        mask = read_segmentation(path, read_series(folder))
    assert np.argwhere(mask).tolist() == [[2, 4, 3], [2, 5, 3]]


def test_overlap_is_named(tmp_path, sources):
    """Segments that overlap cannot be labels of one array; each can be had alone."""
    folder, slices = sources
    both = np.stack([LABELS == 1, LABELS > 0], axis=-1).astype(np.uint8)
    path = segment(tmp_path / "seg.dcm", slices, both)
    with pytest.raises(InputError, match="segments 1 'tumour' and 2 'oedema' overlap; name one"):
        read_segmentation(path, read_series(folder))
    assert np.array_equal(read_segmentation(path, read_series(folder), region=2), LABELS > 0)
    same = segment(tmp_path / "same.dcm", slices, LABELS, labels=["a", "a"])
    with pytest.raises(InputError, match="2 segments named 'a'; give the number: 1, 2"):
        read_segmentation(same, read_series(folder), region="a")


def test_who_it_belongs_to(tmp_path, sources):
    """Another patient or frame of reference, and files of other kinds, are named."""
    folder, slices = sources
    series = read_series(folder)
    path = segment(tmp_path / "seg.dcm", slices, LABELS)
    rewritten(path, lambda dataset: setattr(dataset, "PatientID", "P2"))
    with pytest.raises(InputError, match="another patient"):
        read_segmentation(path, series)
    with pytest.raises(InputError, match="another patient"):
        ImageFile(str(folder), (str(path),)).read()
    path = segment(tmp_path / "seg.dcm", slices, LABELS)
    rewritten(path, lambda dataset: setattr(dataset, "FrameOfReferenceUID", "1.2.3"))
    with pytest.raises(InputError, match="another frame of reference"):
        read_segmentation(path, series)
    with pytest.raises(InputError, match=r"1\.dcm|CT Image Storage, no segmentation"):
        read_segmentation(next(folder.iterdir()), series)
    (tmp_path / "x.txt").write_text("no")
    with pytest.raises(InputError, match="no DICOM segmentation; other label images"):
        read_segmentation(tmp_path / "x.txt", series)


def test_as_the_mask_of_a_file(tmp_path, sources):
    """A manifest's mask may be a SEG: of a series, of the same volume as NIfTI, by region."""
    folder, slices = sources
    path = str(segment(tmp_path / "seg.dcm", slices, LABELS))
    found = ImageFile(str(folder), (path,)).read()
    assert np.array_equal(found.mask, LABELS)
    assert found.warnings == ()
    one = ImageFile(str(folder), (path,), region="oedema").read()
    assert np.array_equal(one.mask, LABELS == 2)
    affine = np.diag([-0.9, -0.7, 2.5, 1.0])
    affine[:3, 3] = (12, -7.5, 30)
    nibabel.Nifti1Image(found.pixels.T, affine).to_filename(tmp_path / "ct.nii.gz")
    again = ImageFile(str(tmp_path / "ct.nii.gz"), (path,)).read()
    assert np.array_equal(again.mask, LABELS)
    alone = read_mask(path)
    assert np.array_equal(alone.labels, LABELS[1:5])
    nibabel.Nifti1Image(LABELS.T, affine).to_filename(tmp_path / "mask.nii.gz")
    with pytest.raises(InputError, match="goes with a DICOM segmentation"):
        ImageFile(str(folder), (str(tmp_path / "mask.nii.gz"),), region="x").read()


def test_a_folder_of_labels(tmp_path, sources):
    """A mask may be a folder of DICOM slices whose values are labels."""
    folder, slices = sources
    labels = tmp_path / "labels"
    labels.mkdir()
    for k, slice_ in enumerate(slices):
        del slice_.RescaleSlope, slice_.RescaleIntercept
        slice_.PixelData = LABELS[k].astype(np.int16).tobytes()
        slice_.save_as(labels / f"{k}.dcm", enforce_file_format=True)
    assert np.array_equal(ImageFile(str(folder), (str(labels),)).read().mask, LABELS)


def test_written_segments_are_read(tmp_path, sources):
    """Labels come back by the names they were given, from a folder or from files in any order."""
    folder, slices = sources
    series = read_series(folder)
    labels = LABELS.astype(np.int64) * 3
    path = tmp_path / "out.dcm"
    write_segmentation(path, labels, folder, names={3: "tumour", 6: "oedema"}, algorithm="otsu")
    assert np.array_equal(read_segmentation(path, series), LABELS)
    assert np.array_equal(read_segmentation(path, series, region="oedema"), LABELS == 2)
    found = highdicom.seg.segread(path)
    assert found.PatientID == "P1"
    assert found.FrameOfReferenceUID == slices[0].FrameOfReferenceUID
    assert found.get_segment_description(1).algorithm_type.value == "AUTOMATIC"
    write_segmentation(path, LABELS == 1, sorted(folder.iterdir()))
    assert np.array_equal(read_segmentation(path, series, region="segment 1"), LABELS == 1)
    volume = found.get_volume(combine_segments=True)
    theirs = volume.map_indices_to_reference(np.array([[0, 0, 0], [3, 8, 7]]))
    ours = series.image.place.at(np.array([[1, 0, 0], [4, 8, 7]]), series.image.spacing)
    assert {tuple(p) for p in np.round(theirs[:, :2], 6)} == {
        tuple(p) for p in np.round(ours[:, :2], 6)
    }


def test_segments_of_one_file_of_frames(tmp_path, sources):
    """Labels of a multi-frame file lie on its frames, in whatever order these are."""
    folder, slices = sources
    path = segment(tmp_path / "frames.dcm", slices, np.full(SHAPE, 7, np.uint8) > 0, labels=["a"])

    def turn(dataset):
        groups = dataset.PerFrameFunctionalGroupsSequence
        dataset.PerFrameFunctionalGroupsSequence = pydicom.Sequence(list(groups)[::-1])

    rewritten(path, turn)
    write_segmentation(tmp_path / "out.dcm", LABELS, path)
    assert np.array_equal(read_segmentation(tmp_path / "out.dcm", read_series(folder)), LABELS)


def test_what_is_no_segmentation_to_write(tmp_path, sources):
    """Masks off the grid, empty ones and missing names are named; nothing is left behind."""
    folder, _ = sources
    path = tmp_path / "out.dcm"
    for mask, names, words in [
        (LABELS[1:], None, r"shape \(5, 9, 8\), but its series has \(6, 9, 8\)"),
        (LABELS * 0, None, "empty mask"),
        (LABELS * 0.5, None, "dtype float64"),
        (LABELS.astype(int) - 1, None, "labels from -1"),
        (LABELS, ["a"], "1 names for 2 segments"),
        (LABELS, {1: "a"}, "no name for the label 2"),
    ]:
        with pytest.raises(InputError, match=words):
            write_segmentation(path, mask, folder, names=names)
    assert not path.exists()
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no DICOM slices"):
        write_segmentation(path, LABELS, tmp_path / "none")


def test_without_highdicom(tmp_path, sources, monkeypatch):
    """The error names the package."""
    monkeypatch.setitem(__import__("sys").modules, "highdicom", None)
    with pytest.raises(InputError, match="pip install highdicom"):
        write_segmentation(tmp_path / "out.dcm", LABELS, sources[0])


def test_frames_far_apart_cost_nothing(tmp_path, sources):
    """A frame that is said to lie kilometres away is refused before its slices are made."""
    folder, slices = sources

    def away(dataset):
        last = dataset.PerFrameFunctionalGroupsSequence[-1]
        last.PlanePositionSequence[0].ImagePositionPatient = [-12, 7.5, 30 + 2.5e9]

    path = rewritten(segment(tmp_path / "seg.dcm", slices, LABELS), away)
    with pytest.raises(InputError, match="more than the"):
        read_segmentation(path, read_series(folder))
