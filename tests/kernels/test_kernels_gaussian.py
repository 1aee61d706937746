"""The Gaussian's loops over wide rows, volumes and small planes against SciPy."""

from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from kernel_calls import MODES, call, pixels

from imgpipe import kernels


def check(image: np.ndarray, sigma: Any, radius: Any, **options: Any) -> None:
    """Compare with SciPy in float64, within float32's rounding where that is what computes."""
    wide = image.astype(float)
    expected = ndi.gaussian_filter(wide, sigma, radius=radius, **options)
    result = kernels.gaussian(image, sigma, radius=radius, **options)
    slack = np.abs(wide).max() * (1e-12 if image.dtype == np.float64 else 1e-6)
    if image.dtype.kind != "f":
        slack += 0.5
    assert np.abs(result - expected).max() <= slack


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4"])
def test_rows_equal_scipy(dtype: str, mode: str) -> None:
    """Odd and even numbers of rows, fewer rows than the window, every border."""
    for rows in (1, 2, 5, 18, 35):
        check(pixels(dtype, (rows, 131), rows), 1.3, 2, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_windows_beyond_the_image_equal_scipy(mode: str) -> None:
    """Windows of several groups of taps, some longer than the image."""
    check(pixels("f4", (9, 80), 3), 6.0, 20, mode=mode)


@pytest.mark.jit
@pytest.mark.parametrize("mode", ["mirror", "wrap", "constant"])
def test_long_rows_equal_scipy(mode: str) -> None:
    """Rows that are cut into parts, at different lengths for short and for long pixels."""
    for dtype, width in (("f4", 8195), ("f4", 1537), ("f8", 1111), ("u1", 12_307)):
        check(pixels(dtype, (3, width), 1), 1.3, 2, mode=mode)


@pytest.mark.parametrize("mode", ["reflect", "constant"])
@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_volumes_and_stacks_equal_scipy(dtype: str, mode: str) -> None:
    """All axes of a volume, a stack of small planes, and two volumes side by side."""
    volume = pixels(dtype, (7, 9, 70), 2)
    check(volume, 1.3, 2, mode=mode)
    check(volume[:, :, :20].copy(), 1.3, 2, mode=mode, axes=(1, 2))
    check(np.stack([volume, volume[::-1]]), 1.3, 2, mode=mode, axes=(1, 2, 3))


def test_one_nan_spreads_over_its_window_only() -> None:
    """A wide row that holds a NaN takes the slow path, and stays right elsewhere."""
    image = pixels("f4", (12, 90), 4)
    expected = kernels.gaussian(image, 1.3, radius=2)
    image[5, 40] = np.nan
    result = kernels.gaussian(image, 1.3, radius=2)
    hole = np.zeros(image.shape, bool)
    hole[3:8, 38:43] = True
    assert np.array_equal(np.isnan(result), hole)
    # pixels beside the hole are those of the same image without it
    assert np.allclose(result[~hole], expected[~hole], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["gaussian", "mean"])
@pytest.mark.parametrize("shape", [(28, 28, 3), (40, 12)])
def test_floats_are_added_up_alike_in_stacks_of_any_length(name: str, shape: tuple) -> None:
    """The last digit of an image does not tell how many others were filtered with it."""
    stack = pixels("f4", (90, *shape), 8)
    together = call(name, stack, axes=(1, 2))
    alone = [call(name, image, axes=(0, 1)) for image in stack]
    assert np.array_equal(together, np.stack(alone))
