"""The active contour beside scikit-image's and SimpleITK's: the same regions."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage
from skimage.segmentation import chan_vese, morphological_chan_vese

from imgpipe.images import read_series, window
from imgpipe.segment import active_contour, dice, threshold

pytestmark = pytest.mark.jit

MU = 0.02
LEVELS = 30


def disc(shape: tuple[int, ...], noise: float) -> np.ndarray:
    """A disc or ball off the middle, with noise."""
    grids = np.ogrid[tuple(slice(n) for n in shape)]
    far = sum((g - 0.45 * n) ** 2 for g, n in zip(grids, shape, strict=True))
    return (far < (0.3 * min(shape)) ** 2) + np.random.default_rng(0).normal(0, noise, shape)


def blobs(side: int, noise: float) -> np.ndarray:
    """Several discs with noise."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side]
    image = np.zeros((side, side))
    for _ in range(6):
        cy, cx, r = rng.uniform(0.15, 0.85) * side, rng.uniform(0.15, 0.85) * side, side / 12
        image[(y - cy) ** 2 + (x - cx) ** 2 < r**2] = rng.uniform(0.7, 1)
    return image + rng.normal(0, noise, image.shape)


def unit(image: np.ndarray) -> np.ndarray:
    """From 0 to 1."""
    return (image - image.min()) / np.ptp(image.astype(float))


def assert_alike(image: np.ndarray) -> None:
    """Both of scikit-image come to rest where ours does."""
    start = threshold(image)
    ours = active_contour(image, start, mu=MU, iterations=1000, tolerance=1e-4).mask
    assert 0 < ours.mean() < 1
    morphological = morphological_chan_vese(unit(image), 20, init_level_set=start, smoothing=1)
    assert dice(ours, morphological > 0) >= 0.98
    if image.ndim == 2:
        begin = np.where(start, 1.0, -1.0)
        theirs = chan_vese(unit(image), mu=MU, tol=0, max_num_iter=200, init_level_set=begin)
        assert dice(ours, theirs) >= 0.98


@pytest.mark.parametrize("image", [disc((96, 80), 0.2), blobs(96, 0.1), disc((40, 44, 48), 0.1)])
def test_regions_are_those_of_scikit_image(image: np.ndarray) -> None:
    """A disc, several, and a ball, each with noise."""
    assert_alike(image)


@pytest.mark.data
def test_regions_of_real_images_are_those_of_scikit_image(shared_data: Path) -> None:
    """A breast ultrasound and a slice of a CT."""
    with np.load(shared_data / "busi" / "busi_128.npz") as kept:
        assert_alike(kept["images"][10])
    volume = read_series(shared_data / "ct_series" / "STS_025" / "CT").image.pixels
    assert_alike(window(volume[len(volume) // 2], "soft"))


@pytest.mark.parametrize("shape", [(96, 80), (20, 32, 28)])
def test_regions_are_those_of_simpleitk(shape: tuple[int, ...]) -> None:
    """A disc and a ball with noise; its mask lacks the outermost layer of what it found."""
    sitk = pytest.importorskip("SimpleITK")
    image = disc(shape, 0.1)
    start = threshold(image)
    away = ndimage.distance_transform_edt(~start) - ndimage.distance_transform_edt(start)
    walk = sitk.ScalarChanAndVeseDenseLevelSetImageFilter()
    walk.SetNumberOfIterations(30)
    walk.SetMaximumRMSError(0)
    # its time step is fixed: only with many gray levels does a pixel move at all
    walk.SetCurvatureWeight(MU * LEVELS**2)
    levels = (unit(image) * LEVELS).astype(np.float32)
    made = walk.Execute(
        sitk.GetImageFromArray(away.astype(np.float32)), sitk.GetImageFromArray(levels)
    )
    layer = ndimage.generate_binary_structure(len(shape), len(shape))
    theirs = ndimage.binary_dilation(sitk.GetArrayFromImage(made) > 0, layer)
    assert dice(active_contour(image, start, mu=MU).mask, theirs) >= 0.98
