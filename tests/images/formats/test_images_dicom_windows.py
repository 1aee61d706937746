"""Windows, unit and place of a DICOM file, and how MONOCHROME1 looks through a window."""

import math
from pathlib import Path

import numpy as np
import pytest
from dicom_files import RAMP, enhanced, frame, item, make, sample
from series_files import AXIAL, save_series

from imgpipe.images import Window, read, read_series
from imgpipe.images.windows import window


def viewed(value: float, center: float, width: float, function: str) -> float:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3 in words of the standard, 0 to 1."""
    if function == "LINEAR":
        if value <= center - 0.5 - (width - 1) / 2:
            return 0.0
        if value > center - 0.5 + (width - 1) / 2:
            return 1.0
        return (value - (center - 0.5)) / (width - 1) + 0.5
    if function == "LINEAR_EXACT":
        return min(max((value - center) / width + 0.5, 0.0), 1.0)
    return 1 / (1 + math.exp(-4 * (value - center) / width))


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(
    ("pixels", "bits"), [(RAMP, 12), (RAMP, 16), ((RAMP - 6).astype(np.int16), 16)]
)
def test_images_look_as_in_a_viewer(
    tmp_path: Path, function: str, kind: str, pixels: np.ndarray, bits: int
) -> None:
    """Window first, then invert what MONOCHROME1 shows: the same gray for each stored value."""
    path = make(tmp_path / "x.dcm", pixels, PhotometricInterpretation=kind, BitsStored=bits,
                RescaleSlope=2, RescaleIntercept=-7, WindowCenter=4, WindowWidth=9,
                VOILUTFunction=function)  # fmt: skip
    shown = [viewed(2 * int(v) - 7, 4, 9, function) for v in pixels.ravel()]
    if kind == "MONOCHROME1":
        shown = [1 - v for v in shown]
    image = read(path)
    assert len(image.windows) == 1
    found = window(image, "file").pixels
    assert found.ravel() == pytest.approx(shown, abs=1e-6)


def test_several_windows_with_names(tmp_path: Path) -> None:
    """All windows are kept, in their order, with the names that the file gives."""
    path = make(tmp_path / "x.dcm", WindowCenter=[40, -600], WindowWidth=[400, 1500],
                WindowCenterWidthExplanation=["SOFT", "LUNG"])  # fmt: skip
    image = read(path)
    assert image.windows == (Window(40, 400, name="SOFT"), Window(-600, 1500, name="LUNG"))
    assert image.warnings == ()
    assert read(make(tmp_path / "y.dcm")).windows == ()


@pytest.mark.parametrize(
    ("tags", "kept", "note"),
    [
        ({"WindowCenter": [40, 5], "WindowWidth": [0, 9]}, 1, "window 40 with the width 0 is none"),
        ({"WindowCenter": 40, "WindowWidth": -400}, 0, "with the width -400 is none: left out"),
        ({"WindowCenter": 4, "WindowWidth": 0.5}, 0, "with the width 0.5 is none"),
        ({"WindowCenter": [4, 5], "WindowWidth": 3}, 1, "numbers of window centres and widths"),
        ({"WindowCenter": 4, "WindowWidth": 3, "VOILUTFunction": "CUBIC"}, 0, "function CUBIC"),
        ({"VOILUTSequence": [item(LUTDescriptor=[1, 0, 16])]}, 0, "look-up table for display"),
    ],
)
def test_windows_that_are_none(tmp_path: Path, tags: dict, kept: int, note: str) -> None:
    """A window that is none does not stop reading, and is told."""
    image = read(make(tmp_path / "x.dcm", **tags))
    assert len(image.windows) == kept
    assert len(image.warnings) == 1
    assert note in image.warnings[0]


def test_windows_of_functional_groups(tmp_path: Path) -> None:
    """An enhanced file says its window for each frame, or for all."""
    shared = frame(orientation=AXIAL, spacing=(0.8, 0.5))
    shared.FrameVOILUTSequence = [item(WindowCenter=40, WindowWidth=80)]
    own = [frame(position=(0, 0, 3 * k)) for k in range(2)]
    own[0].FrameVOILUTSequence = [item(WindowCenter=30, WindowWidth=60)]
    path = enhanced(tmp_path / "x.dcm", np.stack([RAMP, RAMP]), shared, own)
    assert read(path).windows == (Window(30, 60),)
    del own[0].FrameVOILUTSequence
    enhanced(path, np.stack([RAMP, RAMP]), shared, own)
    assert read(path).windows == (Window(40, 80),)


@pytest.mark.parametrize(
    ("tags", "unit"),
    [
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}, "HU"),
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "HU"}, "HU"),
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "US"}, None),
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "MGML"},
         "MGML"),
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0,
          "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, None),
        ({"Modality": "MR"}, None),
        ({"Modality": "CT"}, None),
        ({"Modality": "RTDOSE", "DoseUnits": "GY", "DoseGridScaling": "0.1"}, "Gy"),
    ],
)  # fmt: skip
def test_units(tmp_path: Path, tags: dict, unit: str | None) -> None:
    """Hounsfield units where a CT does not say otherwise; what another file names."""
    assert read(make(tmp_path / "x.dcm", **tags)).unit == unit


def test_place_of_files(tmp_path: Path) -> None:
    """One image, frames of one file, and a series know where they lie."""
    tags = {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1], "ImagePositionPatient": [1, 2, 3],
            "PixelSpacing": [0.8, 0.5], "FrameOfReferenceUID": "1.9"}  # fmt: skip
    place = read(make(tmp_path / "x.dcm", **tags)).place
    assert place is not None
    assert place.frame == "1.9"
    assert place.at(np.array([1, 2]), (0.8, 0.5)).tolist() == [1, 2 + 2 * 0.5, 3 - 0.8]
    assert read(make(tmp_path / "y.dcm")).place is None
    own = [frame(position=(7, 8, 9 - 3 * k)) for k in range(2)]
    shared = frame(orientation=AXIAL, spacing=(0.8, 0.5))
    image = read(enhanced(tmp_path / "z.dcm", np.stack([RAMP, RAMP + 1]), shared, own))
    assert image.place is not None
    assert image.place.origin.tolist() == [7, 8, 6]
    assert image.place.directions.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    folder = save_series(tmp_path / "s", np.stack([RAMP, RAMP]), (0, 2), WindowCenter=4,
                         WindowWidth=5, RescaleSlope=1, RescaleIntercept=-1)  # fmt: skip
    series = read_series(folder).image
    assert (series.unit, series.windows) == ("HU", (Window(4, 5),))


def test_the_window_of_a_scanner() -> None:
    """The windows that a scanner wrote, in its order."""
    assert read(sample("MR_small.dcm")).windows == (Window(600, 1600),)
    first, second = read(sample("examples_overlay.dcm")).windows
    assert (first, second) == (Window(450, 790, name="WINDOW1"), Window(200, 443, name="WINDOW2"))
