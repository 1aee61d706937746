"""Series with gaps, uneven distances and tilted gantries, resampled where that is allowed."""

from pathlib import Path

import numpy as np
import pytest
from series_files import save_series

from imgpipe import InputError
from imgpipe.images import read_series

STEP = 2.0
Z, Y, X = np.arange(8) * STEP, np.arange(9) * 0.8, np.arange(7) * 0.5
RAMP = (100 * Z[:, None, None] + 10 * Y[:, None] + 0 * X).astype(np.int16)


def test_missing_slices_are_interpolated(tmp_path: Path) -> None:
    """Slices that are there stay as they are, missing ones lie between their neighbours."""
    there = [0, 1, 2, 5, 6, 7]
    folder = save_series(tmp_path, RAMP[there], Z[there])
    with pytest.raises(InputError, match=r"2 to 6 mm apart: .*002\.dcm; allow_gaps=True"):
        read_series(folder)
    found = read_series(folder, allow_gaps=True)
    assert found.image.pixels.dtype == np.int16
    assert np.array_equal(found.image.pixels, RAMP)
    assert found.image.spacing == pytest.approx((STEP, 0.8, 0.5))
    (note,) = found.image.warnings
    assert note.startswith("2 of 8 slices are interpolated: slices 2 to 6 mm apart")


def test_what_is_even_is_not_touched(tmp_path: Path) -> None:
    """Leave to resample changes no series that needs none."""
    folder = save_series(tmp_path, RAMP, Z)
    one, other = read_series(folder), read_series(folder, allow_gaps=True)
    assert np.array_equal(one.image.pixels, other.image.pixels)
    assert one.image.spacing == other.image.spacing
    assert other.warnings == ()


def test_uneven_distances(tmp_path: Path) -> None:
    """A ramp in z stays one on an even grid from the first to the last slice, floats as floats."""
    places = np.array([0.0, 1.0, 2.3, 3.1, 4.0])
    values = np.rint(places * 1000)[:, None, None] * np.ones((1, 3, 4))
    folder = save_series(tmp_path, values.astype(np.uint16), places, RescaleSlope="0.001",
                         RescaleIntercept=0)  # fmt: skip
    found = read_series(folder, allow_gaps=True).image
    assert found.spacing == pytest.approx((1.0, 0.8, 0.5))
    assert found.pixels[:, 0, 0] == pytest.approx([0, 1, 2, 3, 4])
    assert found.warnings[0].startswith("2 of 5 slices are interpolated")


@pytest.mark.parametrize(("tilt", "between"), [(0.8, 0), (1.0, 4), (-0.5, 5)])
def test_tilted_gantry(tmp_path: Path, tilt: float, between: int) -> None:
    """What stands upright in the patient stands upright in the volume, where positions put it."""

    def density(z: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 1000 + 40 * y + 7 * z

    places = [(3.0, 5 + tilt * k, STEP * k) for k in range(6)]
    planes = [density(z, y + Y)[:, None] * np.ones(7) for _, y, z in places]
    folder = save_series(tmp_path, np.rint(planes).astype(np.int16), places,
                         GantryDetectorTilt=55)  # fmt: skip
    with pytest.raises(InputError, match=r"a tilted gantry\); allow_gaps=True \(--allow-gaps\)"):
        read_series(folder)
    found = read_series(folder, allow_gaps=True)
    z, y, _ = (np.moveaxis(np.indices(found.image.shape), 0, -1) * found.image.spacing).T
    expected = density(z + found.origin[2], y + found.origin[1]).T
    inside = found.image.pixels > found.image.pixels.min()
    assert inside.sum() >= 6 * 8 * 7
    assert np.abs(found.image.pixels - expected)[inside].max() <= 1
    assert found.image.spacing == pytest.approx((STEP, 0.8, 0.5))
    told = f"{between} of 6 slices are interpolated: slices are shifted"
    assert found.warnings[0].startswith(told)


def test_padding_stays_padding(tmp_path: Path) -> None:
    """Where one of two neighbours measured nothing, neither does what lies between."""
    values = RAMP[[0, 1, 3]] + np.int16(50)
    values[1, 0] = -2000
    folder = save_series(tmp_path, values, Z[[0, 1, 3]], PixelPaddingValue=-2000)
    found = read_series(folder, allow_gaps=True).image.pixels
    assert found.shape == (4, 9, 7)
    assert (found[1:3, 0] == 50).all()
    assert np.array_equal(found[2, 1:], (values[1, 1:] + values[2, 1:]) // 2)


def test_repeats_and_localizers_are_refused_either_way(tmp_path: Path) -> None:
    """Two slices at one place, and slices that are not parallel, are no volume."""
    twice = save_series(tmp_path / "a", RAMP[[0, 1, 1, 2, 2]], Z[[0, 1, 1, 2, 2]])
    with pytest.raises(InputError, match=r"two slices at one position \(2 such pairs\)"):
        read_series(twice, allow_gaps=True)
    folder = save_series(tmp_path / "b", RAMP, Z)
    save_series(folder, RAMP[:1, :5], Z[:1], start=90, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    with pytest.raises(
        InputError, match=r"090\.dcm: another orientation than .*000\.dcm: 8 of 9 .* localizer"
    ):
        read_series(folder, allow_gaps=True)
