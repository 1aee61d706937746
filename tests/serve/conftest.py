"""A model as a file, and one image in every format."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from serve_helpers import SIDE

from imgpipe import bundle, images, learn
from imgpipe.datasets import Dataset


@pytest.fixture(scope="session")
def levels() -> Dataset:
    """Dark and bright noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    pixels = rng.integers(0, 120, (40, SIDE, SIDE)) + 60 * labels[:, None, None]
    return Dataset("levels", pixels.astype(np.uint8), labels, ("dark", "bright"))


@pytest.fixture(scope="session")
def model(levels: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A forest of a few features, as a bundle."""
    path = tmp_path_factory.mktemp("served") / "levels.imgpipe"
    trained = learn.fit(levels, "forest", families=["intensity", "glcm"])
    bundle.save(trained, path, card=bundle.make_card(trained, levels, "forest", note="a test"))
    return path


@pytest.fixture(scope="session")
def files(levels: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One image as files."""
    folder = tmp_path_factory.mktemp("files")
    one = np.asarray(levels.images[1].pixels)
    for suffix in ("png", "jpg", "bmp"):
        Image.fromarray(one).save(folder / f"one.{suffix}")
    Image.fromarray(np.dstack([one] * 3)).save(folder / "rgb.png")
    tifffile.imwrite(folder / "one.tif", one)
    np.save(folder / "one.npy", one)
    np.save(folder / "some.npy", np.stack([np.asarray(levels.images[i].pixels) for i in range(3)]))
    images.write(folder / "wide.png", np.zeros((SIDE, SIDE + 1), np.uint8))
    images.write(folder / "deep.png", one.astype(np.uint16))
    colours = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    Image.fromarray(colours).save(folder / "colour.png")
    Image.fromarray(255 - 0 * one).save(folder / "white.png")
    return folder
