"""Non-local means, total variation and N4, beside scikit-image and SimpleITK."""

from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from imgpipe import InputError
from imgpipe.enhance import n4, nlm, tv
from imgpipe.enhance.nlm import estimated_noise
from imgpipe.images import Image

RNG = np.random.default_rng(11)
CLEAN = np.where(np.hypot(*np.mgrid[-20:20, -24:24]) < 12, 900.0, 300.0)
NOISY = CLEAN + RNG.normal(0, 25, CLEAN.shape)


@pytest.mark.parametrize("shape", [(200, 200), (6, 80, 80)])
def test_noise_is_estimated(shape: tuple[int, ...]) -> None:
    """White noise on a smooth ground is measured within a twentieth."""
    ground = np.linspace(0, 100, shape[-1])
    assert estimated_noise(ground + RNG.normal(0, 7, shape)) == pytest.approx(7, rel=0.05)
    assert estimated_noise(np.ones((1, 9))) == 0


def test_nlm_is_scikit_images() -> None:
    """With its noise given, scikit-image's fast variant; strength is in units of the noise."""
    expected = denoise_nl_means(NOISY, 5, 6, h=0.8 * 25, sigma=25)
    np.testing.assert_allclose(nlm(NOISY, sigma=25), expected, rtol=1e-5)


def test_tv_is_scikit_images() -> None:
    """scikit-image's algorithm on values from 0 to 1, brought back."""
    low, span = NOISY.min(), np.ptp(NOISY)
    expected = denoise_tv_chambolle((NOISY - low) / span, weight=0.2) * span + low
    np.testing.assert_allclose(tv(NOISY, 0.2), expected, rtol=1e-5)


@pytest.mark.parametrize("step", [nlm, tv])
@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.int32, np.float64])
def test_denoising_keeps_the_unit_and_small_integers(step: Any, dtype: type) -> None:
    """Noise goes, the level stays; 8- and 16-bit integers stay integers, rounded."""
    image = Image(NOISY.astype(dtype), unit="HU")
    found = step(image)
    assert found.unit == "HU"
    assert found.pixels.dtype == (dtype if np.dtype(dtype).itemsize == 2 else np.float32)
    errors = [np.abs(pixels - CLEAN)[5:-5, 5:-5].mean() for pixels in (found.pixels, NOISY)]
    assert errors[0] < 0.6 * errors[1]
    if found.pixels.dtype == dtype:
        exact = step(image.pixels.astype(np.float64))
        np.testing.assert_allclose(found.pixels, exact, atol=0.501)


@pytest.mark.parametrize("step", [nlm, tv])
def test_denoising_of_one_value(step: Any) -> None:
    """A constant image stays as it is."""
    np.testing.assert_array_equal(step(np.full((12, 12), 7, np.uint8)), 7)


def _shaded(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """A bright body under a field of brightness, and where it is."""
    grid = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    body = sum(g**2 for g in grid) < 0.7
    return np.where(body, 200 * np.exp(0.5 * grid[-1]), 3.0), body


@pytest.mark.parametrize(("shape", "spacing"), [((48, 40), (1.0, 2.0)), ((12, 32, 32), None)])
def test_n4_is_simpleitks(shape: tuple[int, ...], spacing: Any) -> None:
    """The field is SimpleITK's, fitted on the reduced image and taken from the whole one."""
    values, body = _shaded(shape)
    factors = [max(1, min(2, n // 8)) for n in shape[::-1]]
    images = [sitk.GetImageFromArray(values.astype(np.float32)),
              sitk.GetImageFromArray(body.astype(np.uint8))]  # fmt: skip
    for each in images:
        each.SetSpacing((spacing or (1.0,) * len(shape))[::-1])
    corrector = sitk.N4BiasFieldCorrectionImageFilter()
    corrector.SetMaximumNumberOfIterations([20] * 2)
    corrector.Execute(*(sitk.Shrink(each, factors) for each in images))
    field = sitk.GetArrayFromImage(corrector.GetLogBiasFieldAsImage(images[0]))
    image = Image(values, mask=body, spacing=spacing)
    found = n4(image, 2, levels=2, iterations=20).pixels
    np.testing.assert_allclose(found, values / np.exp(field), rtol=1e-4)
    assert found[body].std() < values[body].std() / 2


def test_n4_without_a_mask_fits_the_bright_part() -> None:
    """Otsu's threshold finds the body."""
    values, body = _shaded((48, 40))
    assert n4(values, 2)[body].std() < values[body].std() / 2


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.array([[-1.0, 2.0], [3.0, 4.0]]), "takes values of 0 or more"),
        (Image(CLEAN, mask=np.zeros(CLEAN.shape)), "n4: the mask is empty"),
    ],
)
def test_what_n4_refuses(image: Any, words: str) -> None:
    """Brightness that is no product, and nothing to fit, are named."""
    with pytest.raises(InputError, match=words):
        n4(image)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nlm(NOISY, 0), "strength=0 must be a number above 0"),
        (lambda: nlm(NOISY, sigma=-1), "sigma=-1 must be a number above 0"),
        (lambda: nlm(NOISY, patch=0), "patch=0 must be a whole number from 1 to 63"),
        (lambda: nlm(NOISY, distance=1.5), "distance=1.5 must be a whole number"),
        (lambda: tv(NOISY, "a"), "weight='a' must be a number above 0"),
        (lambda: tv(NOISY, iterations=0), "iterations=0 must be a whole number from 1"),
        (lambda: n4(NOISY, shrink=0), "shrink=0 must be a whole number from 1 to 64"),
        (lambda: n4(NOISY, levels=True), "levels=True must be a whole number"),
    ],
)
def test_settings_out_of_range(call: Any, words: str) -> None:
    """The error names the setting, what it was and what it must be."""
    with pytest.raises(InputError, match=words):
        call()
