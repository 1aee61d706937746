"""DICOM files as masks: stored values, indices of palettes, structure sets."""

import numpy as np
from dicom_files import enhanced, frame, item, make
from PIL import Image as PillowImage
from pydicom import dcmread

from imgpipe.images import ImageFile, read_mask
from imgpipe.images.contours import is_structure_set

LABELS = np.zeros((20, 24), np.uint8)
LABELS[2:5, 2:6] = 1
LABELS[10:14, 7:9] = 2


def test_palette_of_dicom(tmp_path):
    """The indices of a DICOM palette are labels, and its background is looked at."""
    table = (np.arange(256, dtype=np.uint16)[::-1] * 257).tobytes()
    tags = [(0x00281101 + k, "US", [256, 0, 16]) for k in range(3)]
    tags += [(0x00281201 + k, "OW", table) for k in range(3)]
    path = make(tmp_path / "x.dcm", LABELS, PhotometricInterpretation="PALETTE COLOR", add=tags)
    mask = read_mask(path)
    assert np.array_equal(mask.labels, LABELS)
    assert mask.warnings == ("palette index 0 is outside, though painted (65535, 65535, 65535)",)


def test_dicom_labels_are_not_rescaled(tmp_path):
    """A rescale that would lift the background from 0 is not applied to labels."""
    path = make(tmp_path / "x.dcm", LABELS, RescaleSlope=1, RescaleIntercept=-1024)
    assert np.array_equal(read_mask(path).labels, LABELS)


def test_structure_set_is_known_by_what_it_holds(tmp_path):
    """A structure set needs no suffix; a label image named .dcm is none, nor what is missing."""
    path = make(tmp_path / "RS", LABELS, Modality="RTSTRUCT")
    assert is_structure_set(path)
    dataset = dcmread(path)
    dataset.Modality = "SEG"
    dataset.save_as(tmp_path / "x.dcm")
    assert not is_structure_set(tmp_path / "x.dcm")
    assert not is_structure_set(tmp_path / "none.dcm")
    PillowImage.fromarray(LABELS).save(tmp_path / "x.png")
    assert not is_structure_set(tmp_path / "x.png")


def test_contours_on_a_multi_frame_file(tmp_path):
    """A structure set is a mask of one file that is a volume, as of a folder."""
    own = [frame(position=(0, 0, 2 * k)) for k in range(3)]
    shared = frame(orientation=[1, 0, 0, 0, 1, 0], spacing=(1, 1))
    enhanced(tmp_path / "CT", np.zeros((3, 20, 24), np.int16), shared, own)
    corners = [2.5, 1.5, 2, 9.5, 1.5, 2, 9.5, 6.5, 2, 2.5, 6.5, 2]
    contour = item(ContourGeometricType="CLOSED_PLANAR", ContourData=corners)
    make(tmp_path / "RS", Modality="RTSTRUCT",
         StructureSetROISequence=[item(ROINumber=1, ROIName="GTV")],
         ROIContourSequence=[item(ReferencedROINumber=1, ContourSequence=[contour])])  # fmt: skip
    mask = ImageFile(str(tmp_path / "CT"), (str(tmp_path / "RS"),)).read().mask
    expected = np.zeros((3, 20, 24), bool)
    expected[1, 2:7, 3:10] = True
    assert np.array_equal(mask, expected)
