"""What may be given as images: columns of tables, masks of any kind, spacing in any container."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imgpipe import bundle, features, learn
from imgpipe._common import InputError
from imgpipe.images import Image, Images, write

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 255, (6, 12, 10), dtype=np.uint8)
MASKS = RNG.random(PIXELS.shape) < 0.5
ORDER = [4, 1, 5, 0, 3, 2]


def column(folder: Path, arrays: np.ndarray, end: str) -> pd.Series:
    """Paths of files in a shuffled column, whose rows keep their old numbers."""
    paths = [folder / f"{i}{end}.png" for i in range(len(arrays))]
    for path, array in zip(paths, arrays, strict=True):
        write(path, array.astype(np.uint8))
    return pd.Series(list(map(str, paths)))[ORDER]


def test_a_column_of_a_table_is_taken_in_its_order(tmp_path: Path) -> None:
    """After a shuffle, row numbers are no positions: images, masks and labels stay together."""
    paths, masks = column(tmp_path, PIXELS, ""), column(tmp_path, MASKS, "_m")
    inside = [PIXELS[i][MASKS[i]].mean() for i in ORDER]
    for images in (Images(paths, masks), paths):
        own = None if isinstance(images, Images) else masks
        values, _ = features.extract_many(images, own, families="intensity")
        np.testing.assert_allclose(values[:, 0], inside)
    model = learn.fit((PIXELS, [0, 1] * 3), "dummy", families="intensity")
    assert bundle.Predictor(model).predict(paths).ids == tuple(paths.tolist())
    with pytest.raises(InputError, match="images is a dict; give a list"):
        features.extract_many({0: PIXELS[0]})
    with pytest.raises(InputError, match="images is a table; give one column"):
        Images(paths.to_frame())


def test_networks_take_a_column_in_its_order() -> None:
    """A column of arrays is trained on in the order of its rows."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    from imgpipe.learn.networks.fitting.tensors import to_tensor

    tensor = to_tensor(pd.Series(list(PIXELS))[ORDER], None)
    np.testing.assert_array_equal(tensor[:, 0].numpy(), PIXELS[ORDER])
    values, _ = features.extract_many(tensor[:, 0], families="intensity")
    np.testing.assert_allclose(values[:, 0], PIXELS[ORDER].mean(axis=(1, 2)))


@pytest.mark.parametrize("kind", [tuple, list, np.array])
@pytest.mark.parametrize("where", ["stack", "list", "files", "image"])
def test_spacing_that_is_told_counts(kind: Any, where: str, tmp_path: Path) -> None:
    """Millimetres of images in memory and in files, in whatever container: a quarter the area."""
    path = tmp_path / "0.png"
    write(path, PIXELS[0])
    spacing = kind([0.5, 0.5])
    images = {
        "stack": lambda: Images(PIXELS[:1], MASKS[:1], spacing=spacing),
        "list": lambda: Images([PIXELS[0]], MASKS[:1], spacing=spacing),
        "files": lambda: Images(Images([path], MASKS[:1]) if kind is list else [path],
                                MASKS[:1], spacing=spacing),
        "image": lambda: Images([Image(PIXELS[0], spacing=spacing, mask=MASKS[0])]),
    }[where]()  # fmt: skip
    values, names = features.extract_many(images, families="morphology")
    area = values[0, names.index("morphology_area_pixels")]
    assert area == pytest.approx(MASKS[0].sum() / 4)


def test_spacing_in_files_counts_when_they_are_read(tmp_path: Path) -> None:
    """What is told of files overrules what they say, and is scaled with a new size."""
    write(tmp_path / "0.png", PIXELS[0])
    images = Images([tmp_path / "0.png"], spacing=(0.5, 0.25))
    assert images[0].spacing == (0.5, 0.25)
    assert images.resized((6, 5))[0].spacing == (1.0, 0.5)
    with pytest.raises(InputError, match="spacing has 3 values for an image of 2 axes"):
        Images([tmp_path / "0.png"], spacing=(1, 1, 1))[0]


@pytest.mark.parametrize("spacing", [(0.0, 1.0), (np.nan, 1.0), 0.5, "ab"])
def test_spacing_that_is_none_is_refused(spacing: Any) -> None:
    """Zero, NaN, one number and text are told apart from lengths."""
    with pytest.raises(InputError, match="spacing"):
        features.extract_many(Images(PIXELS, MASKS, spacing=spacing), families="morphology")


@pytest.mark.parametrize("wrong", ["nan", "text", "shape", "objects"])
@pytest.mark.parametrize("as_list", [False, True])
def test_masks_that_are_none_are_refused_at_the_door(wrong: str, as_list: bool) -> None:
    """NaN and text would be inside for whoever counts pixels or draws a box."""
    masks: Any = MASKS.astype(float)
    masks[3, 0, 0] = np.nan
    if wrong == "text":
        masks = MASKS.astype(str)
    elif wrong == "shape":
        masks = MASKS[:, :5]
    elif wrong == "objects":
        masks = MASKS.astype(object)

    def give() -> Images:
        if not as_list:
            return Images(PIXELS, masks)
        return Images([Image(p, mask=m) for p, m in zip(PIXELS, masks, strict=True)])

    with pytest.raises(InputError, match="mask"):
        give()


def test_a_channel_axis_that_is_none_is_refused() -> None:
    """An axis beyond those of the image is no axis."""
    with pytest.raises(InputError, match="channel_axis=5 is no axis of an image"):
        Images([PIXELS[0]], channel_axis=5)
