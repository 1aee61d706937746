"""Multi-frame DICOM: functional groups, order in space, spacing, dose."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_files import RAMP, enhanced, frame, make, sample

from imgpipe import InputError
from imgpipe.images import read, read_mask, read_series

AXIAL = [1, 0, 0, 0, 1, 0]
FRAMES = np.stack([RAMP + 100 * k for k in range(4)])
SHARED = frame(orientation=AXIAL, spacing=(0.5, 0.25))


def along_z(*places: float) -> list[Any]:
    return [frame(position=(-10, 20, z)) for z in places]


def test_rescale_of_all_frames(tmp_path: Path) -> None:
    """A shared slope and intercept give Hounsfield units, in integers."""
    shared = frame(orientation=AXIAL, spacing=(1, 1), rescale=("1", "-1024"))
    image = read(enhanced(tmp_path / "x.dcm", FRAMES, shared, along_z(0, 1, 2, 3)))
    assert image.pixels.dtype == np.int16
    assert np.array_equal(image.pixels, FRAMES.astype(int) - 1024)


def test_rescale_of_each_frame(tmp_path: Path) -> None:
    """A frame's own slope comes before the shared one; the volume has one dtype for all."""
    own = along_z(0, 1, 2, 3)
    own[1].update(frame(rescale=("2", "0")))
    own[3].update(frame(rescale=("0.5", "-8")))
    shared = frame(orientation=AXIAL, spacing=(1, 1), rescale=("1", "-1024"))
    pixels = read(enhanced(tmp_path / "x.dcm", FRAMES, shared, own)).pixels
    expected = [FRAMES[0] - 1024.0, FRAMES[1] * 2.0, FRAMES[2] - 1024.0, FRAMES[3] * 0.5 - 8]
    assert np.array_equal(pixels, expected)


def test_rescale_without_groups_is_that_of_the_file(tmp_path: Path) -> None:
    """Where the groups say nothing, the slope of the whole file counts."""
    path = enhanced(tmp_path / "x.dcm", FRAMES, SHARED, along_z(0, 1, 2, 3), RescaleSlope=3,
                    RescaleIntercept=1)  # fmt: skip
    assert np.array_equal(read(path).pixels, FRAMES * 3 + 1)


def test_frames_stand_in_spatial_order(tmp_path: Path) -> None:
    """Order and spacing come from the positions, with rescale and padding going along."""
    own = along_z(7.5, 2.5, 10, 5)
    for k, groups in enumerate(own):
        groups.update(frame(rescale=(1 + k, 0)))
    stored = FRAMES.astype(np.int16)
    stored[2, 0, 0] = -2000
    image = read(enhanced(tmp_path / "x.dcm", stored, SHARED, own, PixelPaddingValue=-2000))
    expected = np.stack([FRAMES[k] * (1 + k) for k in (1, 3, 0, 2)])
    expected[3, 0, 0] = 0
    assert np.array_equal(image.pixels, expected)
    assert image.spacing == (2.5, 0.5, 0.25)


def test_oblique_frames(tmp_path: Path) -> None:
    """Along an oblique normal the order follows the normal."""
    x, y = np.array([0, 1, 0]), np.array([0.6, 0, -0.8])
    normal = np.cross(x, y)
    own = [frame(position=5 + normal * 3 * k) for k in (2, 0, 3, 1)]
    shared = frame(orientation=[*x, *y], spacing=(0.5, 0.25))
    image = read(enhanced(tmp_path / "x.dcm", FRAMES, shared, own))
    assert np.array_equal(image.pixels, FRAMES[[1, 3, 0, 2]])
    assert image.spacing == pytest.approx((3, 0.5, 0.25))


def test_colour_frames_stand_in_order_too(tmp_path: Path) -> None:
    """RGB frames are sorted by their positions as gray ones are."""
    colours = np.repeat(FRAMES.astype(np.uint8)[..., None], 3, axis=-1)
    path = tmp_path / "x.dcm"
    enhanced(path, FRAMES.astype(np.uint8), SHARED, along_z(3, 2, 1, 0))
    import pydicom

    dataset = pydicom.dcmread(path)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
    dataset.PlanarConfiguration, dataset.PixelData = 0, colours.tobytes()
    dataset.save_as(path)
    image = read(path)
    assert image.channel_axis == -1
    assert image.spacing == (1, 0.5, 0.25)
    assert np.array_equal(image.pixels, colours[::-1])


def test_positions_without_orientation(tmp_path: Path) -> None:
    """Where no orientation is given, slices are taken to lie at right angles to their line."""
    shared = frame(spacing=(0.5, 0.25))
    image = read(enhanced(tmp_path / "x.dcm", FRAMES, shared, along_z(7.5, 0, 2.5, 5)))
    assert image.spacing == (2.5, 0.5, 0.25)
    assert np.array_equal(image.pixels, FRAMES[[1, 2, 3, 0]])


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ((0, 1, 2, 4), "frames 1 to 2 mm apart: one is missing.*frame 3"),
        ((0, 1, 1, 2), "frame 2 and .*frame 3: two frames at one position"),
        ((5, 5, 5, 5), "two frames at one position"),
    ],
)
def test_frames_that_are_no_volume(tmp_path: Path, places: tuple, message: str) -> None:
    """A gap, and several frames at one place, are errors as in a series."""
    with pytest.raises(InputError, match=message):
        read(enhanced(tmp_path / "x.dcm", FRAMES, SHARED, along_z(*places)))


def test_frames_of_another_geometry(tmp_path: Path) -> None:
    """Orientation and spacing of each frame must agree; tilted frames are named so."""
    own = along_z(0, 1, 2, 3)
    own[2].update(frame(spacing=(1, 1)))
    with pytest.raises(InputError, match="frame 3: PixelSpacing"):
        read(enhanced(tmp_path / "x.dcm", FRAMES, SHARED, own))
    own[2].update(frame(spacing=(0.5, 0.25), orientation=[0, 1, 0, 0, 0, 1]))
    with pytest.raises(InputError, match="frame 3: another orientation"):
        read(enhanced(tmp_path / "x.dcm", FRAMES, SHARED, own))
    own = [frame(position=(0, 0.2 * k, k)) for k in range(4)]
    with pytest.raises(InputError, match="tilted gantry"):
        read(enhanced(tmp_path / "x.dcm", FRAMES, SHARED, own))


def test_groups_that_are_too_few(tmp_path: Path) -> None:
    """Functional groups of fewer frames than there are belong to no frame for certain."""
    with pytest.raises(InputError, match="functional groups of 2 frames, where there are 4"):
        read(enhanced(tmp_path / "x.dcm", FRAMES, SHARED, along_z(0, 1)))


def test_frames_without_positions_keep_their_order(tmp_path: Path) -> None:
    """A clip is read frame by frame; thickness is never taken for distance."""
    image = read(enhanced(tmp_path / "x.dcm", FRAMES, frame(spacing=(0.5, 0.25)), []))
    assert np.array_equal(image.pixels, FRAMES)
    assert image.spacing is None
    path = make(tmp_path / "y.dcm", FRAMES, NumberOfFrames=4, PixelSpacing=[0.5, 0.25],
                SpacingBetweenSlices=-4, ImagePositionPatient=[0, 0, 0],
                ImageOrientationPatient=AXIAL)  # fmt: skip
    assert read(path).spacing == (4, 0.5, 0.25)


def test_one_frame_has_groups_too(tmp_path: Path) -> None:
    """A file of one frame takes rescale and spacing from its groups."""
    shared = frame(spacing=(0.5, 0.25), rescale=(2, -10))
    image = read(enhanced(tmp_path / "x.dcm", FRAMES[:1], shared, along_z(0)))
    assert np.array_equal(image.pixels, FRAMES[0].astype(int) * 2 - 10)
    assert image.spacing == (0.5, 0.25)


def test_multi_frame_file_is_a_series(tmp_path: Path) -> None:
    """A folder with one enhanced file gives the volume that `read` gives, with its place."""
    (tmp_path / "s").mkdir()
    shared = frame(orientation=AXIAL, spacing=(0.5, 0.25), rescale=(1, -1000))
    path = enhanced(tmp_path / "s" / "IM1", FRAMES, shared, along_z(7.5, 2.5, 10, 5))
    series, image = read_series(tmp_path / "s"), read(path)
    assert np.array_equal(read_series(path).image.pixels, image.pixels)
    assert np.array_equal(series.image.pixels, image.pixels)
    assert series.image.pixels.dtype == image.pixels.dtype
    assert series.image.spacing == image.spacing == (2.5, 0.5, 0.25)
    assert series.origin.tolist() == [-10, 20, 2.5]


def test_labels_stand_in_spatial_order(tmp_path: Path) -> None:
    """A mask of several frames goes the way of its image, with stored values as labels."""
    shared = frame(orientation=AXIAL, spacing=(0.5, 0.25), rescale=(1, -1000))
    path = enhanced(tmp_path / "x.dcm", FRAMES, shared, along_z(3, 2, 1, 0))
    assert np.array_equal(read_mask(path).labels, FRAMES[::-1])


@pytest.mark.parametrize("offsets", [[0, 3, 6, 9], [-7.5, -4.5, -1.5, 1.5], [9, 6, 3, 0]])
def test_dose(tmp_path: Path, offsets: list[float]) -> None:
    """Doses are in gray, frames in the order of their offsets, and spacing is theirs."""
    path = make(tmp_path / "x.dcm", FRAMES, NumberOfFrames=4, PixelSpacing=[2, 2],
                ImagePositionPatient=[0, 0, 50], ImageOrientationPatient=AXIAL,
                GridFrameOffsetVector=offsets, DoseGridScaling="0.25",
                SliceThickness=9)  # fmt: skip
    image = read(path)
    order = FRAMES if offsets[0] < offsets[1] else FRAMES[::-1]
    assert np.array_equal(image.pixels, order * 0.25)
    assert image.spacing == (3, 2, 2)


def test_real_dose() -> None:
    """A dose of pydicom's: 15 planes, 5 mm apart, in gray."""
    image = read(sample("rtdose.dcm"))
    assert image.spacing == (5, 10, 10)
    assert image.pixels.max() == pytest.approx(1.254)


def test_dose_scaling_of_zero_is_refused(tmp_path: Path) -> None:
    """A scaling that makes every dose equal is an error that names it."""
    with pytest.raises(InputError, match="DoseGridScaling 0"):
        read(make(tmp_path / "x.dcm", DoseGridScaling="0"))


@pytest.mark.parametrize(
    ("elements", "old", "new", "message"),
    [
        ({"NumberOfFrames": "12"}, b"IS\x02\x0012", b"IS\x02\x001A", "NumberOfFrames"),
        ({"NumberOfFrames": "12"}, b"IS\x02\x0012", b"IS\x02\x00-3", "its NumberOfFrames is -3"),
        ({"RescaleSlope": "1.25"}, b"1.25", b"one ", "RescaleSlope"),
        ({"PixelSpacing": [1, 1]}, b"\x10\x00US\x02\x00", b"\x10\x00LO\x02\x00", "its Rows"),
    ],
)
def test_elements_that_say_nothing(
    tmp_path: Path, elements: dict, old: bytes, new: bytes, message: str
) -> None:
    """An element that is no number is named, without a word of Python."""
    path = make(tmp_path / "x.dcm", **elements)
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert not re.search("literal|convert|attribute|object", str(caught.value))


def test_rows_that_are_missing(tmp_path: Path) -> None:
    """A file without Rows says so."""
    with pytest.raises(InputError, match="its Rows is missing"):
        read(sample("nested_priv_SQ.dcm"))
    with pytest.raises(InputError, match="its Columns is missing"):
        read(make(tmp_path / "x.dcm", Columns=None))


@pytest.mark.parametrize("seed", range(8))
def test_files_and_frames_of_one_scan_agree(tmp_path: Path, seed: int) -> None:
    """A scan is one volume, whether its slices are files in a folder or frames of one file."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    x, y, count = turn[0], turn[1], int(rng.integers(2, 7))
    places = [np.round(rng.uniform(-9, 9, 3), 4)] * count
    places = [place + np.cross(x, y) * 1.7 * k for k, place in enumerate(places)]
    stored = rng.integers(-500, 1500, (count, 5, 6)).astype(np.int16)
    stored[rng.random(stored.shape) < 0.2] = -2000
    slopes = [(1, -1024)] * count if seed % 2 else [(1 + k, -10 * k) for k in range(count)]
    order = rng.permutation(count)
    (tmp_path / "s").mkdir()
    for name, k in enumerate(order):
        make(tmp_path / "s" / f"{name}", stored[k], ImagePositionPatient=_text(places[k]),
             ImageOrientationPatient=_text([*x, *y]), PixelSpacing=[0.5, 0.25],
             RescaleSlope=slopes[k][0], RescaleIntercept=slopes[k][1],
             add=[(0x00280120, "SS", -2000)])  # fmt: skip
    own = [frame(position=_text(places[k]), rescale=slopes[k]) for k in order]
    shared = frame(orientation=_text([*x, *y]), spacing=(0.5, 0.25))
    path = enhanced(tmp_path / "e", stored[order], shared, own, add=[(0x00280120, "SS", -2000)])
    series, image = read_series(tmp_path / "s"), read(path)
    scale = np.array(slopes).reshape(count, 2, 1, 1)
    expected = stored * scale[:, 0] + scale[:, 1]
    expected[stored == -2000] = expected[stored != -2000].min()
    for found in (series.image, read_series(path).image, image):
        assert np.array_equal(found.pixels, expected)
        assert found.spacing == pytest.approx((1.7, 0.5, 0.25), abs=1e-6)
    assert series.origin == pytest.approx(places[0], abs=1e-6)


def _text(values: Any) -> list[str]:
    return [f"{value:.9f}" for value in values]
