"""The Dataset itself, the registry, and what is common to all sources."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import DATASETS, Dataset, Entry, load, medmnist
from imgpipe.datasets.naming import told_of
from imgpipe.images import Images, resize, write

IMAGES = np.zeros((4, 5, 6), np.uint8)


def make(**changes: Any) -> Dataset:
    settings: dict[str, Any] = {"labels": [0, 0, 1, 1], "classes": ("a", "b"), **changes}
    return Dataset("toy", IMAGES, **settings)


def test_take_keeps_rows_together() -> None:
    """Indices, slices and masks choose the same rows of everything."""
    data = make(groups=["p", "p", "q", "r"], ids=["w", "x", "y", "z"], masks=IMAGES > 0)
    mask = np.array([False, True, False, True])
    for chosen, rows in (([3, 1], [3, 1]), (mask, [1, 3]), (slice(1, 4, 2), [1, 3]), ([], [])):
        part = data.take(chosen)
        assert part.labels.tolist() == [data.labels[i] for i in rows]
        assert part.groups.tolist() == [data.groups[i] for i in rows]
        assert part.ids.tolist() == [data.ids[i] for i in rows]
        assert len(part.images) == len(part.masks) == len(rows)
        assert part.classes == ("a", "b")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": [0, 1]}, "4 images but 2 labels"),
        ({"labels": [0, 1, 2, 1]}, r"labels must lie in 0\.\.1"),
        ({"groups": ["p"]}, "4 images but 1 groups"),
        ({"split": ["train"] * 3 + ["dev"]}, "split 'dev'"),
        ({"groups": list("ppqq"), "split": ["train", "test"] * 2}, "p, q: 2 of 2 patients"),
    ],
)
def test_inconsistent_sets_cannot_be_made(changes: dict[str, Any], message: str) -> None:
    """A Dataset made by hand is checked like a loaded one."""
    with pytest.raises(InputError, match=message):
        make(**changes)


def test_require_classes_names_what_is_there() -> None:
    """One class only is an error for a comparison, not for loading."""
    data = make(labels=[1, 1, 1, 1])
    with pytest.raises(InputError, match=r"b \(4\) is all there is; .* at least 2 classes"):
        data.require_classes()
    make().require_classes(2)
    data.require_one_size()


def test_repr_is_short() -> None:
    """A data set shows what it is, not its pixels."""
    assert repr(make(groups=["p"] * 4)) == "<Dataset toy: 4 images (a: 2, b: 2), 1 patients>"


def test_registry_is_complete() -> None:
    """Every registered set says what it is, what it may be used for and whom to cite."""
    assert "synthetic-nodules" in DATASETS
    assert {"pneumoniamnist", "bloodmnist", "organsmnist"} <= set(DATASETS)
    for name, entry in DATASETS.items():
        assert entry.name == name
        assert entry.description
        assert entry.licence
        assert entry.citation
        assert len(entry.classes) >= 2
        assert sum(entry.images.values()) > 0
    assert sum(DATASETS["pneumoniamnist"].images.values()) == 5856


def test_load_by_name() -> None:
    """A registered name loads, resized on demand; other arguments are refused."""
    data = load("synthetic-nodules", size=16)
    assert data.images.shape[1:] == (16, 16)
    assert len(data) == DATASETS["synthetic-nodules"].images["all"]
    with pytest.raises(InputError, match="it is a registered data set"):
        load("synthetic-nodules", groups="patient")


@pytest.mark.parametrize("name", [name for name in DATASETS if name not in medmnist.ENTRIES])
def test_sets_made_on_the_spot_load_at_any_size(name: str) -> None:
    """Every registered set that needs no network loads as it is, and resized."""
    entry = DATASETS[name]
    own, small = load(name), load(name, size=16)
    assert len(own) == len(small) == sum(entry.images.values())
    assert own.classes == small.classes == entry.classes
    assert set(small.sizes) == {"16x16"}
    assert set(own.sizes) != {"16x16"}
    assert np.array_equal(own.labels, small.labels)
    assert small.images[0].dtype == own.images[0].dtype
    assert small.masks is None or small.masks[0].shape == (16, 16)


def toy_entry(images: Any, **more: Any) -> Entry:
    """Register nothing, but describe a set as an author would."""

    def load_toy() -> Dataset:
        return Dataset("toy", images, [0, 0, 1, 1], ("a", "b"), **more)

    return Entry("toy", "a toy", ("a", "b"), "none", "nobody", load_toy, {"all": 4})


def test_a_loader_needs_no_arguments() -> None:
    """The registry resizes what a loader gives, colour and masks included."""
    colour = np.random.default_rng(0).integers(0, 255, (4, 8, 6, 3), np.uint8)
    entry = toy_entry(colour, channel_axis=-1, masks=colour[..., 0] > 99)
    assert entry.load().images.pixels is colour
    found = entry.load(size=(4, 3))
    assert found.images.shape == (4, 4, 3, 3)
    assert found.masks.shape == (4, 4, 3)
    assert np.array_equal(found.images[2], resize(colour[2], (4, 3), -1))
    with pytest.raises(InputError, match="size=0"):
        entry.load(size=0)


def test_a_loader_may_leave_images_in_files(tmp_path: Path) -> None:
    """Images that stay in their files are resized when they are read, whatever their sizes."""
    pixels = [np.full((5 + i, 7), 40 * i, np.uint8) for i in range(4)]
    for i, one in enumerate(pixels):
        write(tmp_path / f"{i}.png", one)
    files = Images([tmp_path / f"{i}.png" for i in range(4)])
    found = toy_entry(files).load(size=4)
    assert found.sizes == {"4x4": 4}
    found.require_one_size()
    assert np.array_equal(found.images[3], resize(pixels[3], 4))


def test_unknown_sources(tmp_path: Path) -> None:
    """A misspelt name lists the registered ones; a file of another kind says what would do."""
    with pytest.raises(InputError, match="no such file or folder, nor a data set among synthetic"):
        load("synthetic-nodule")
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(InputError, match="not a data set; give an NPZ file"):
        load(tmp_path / "x.txt")


@pytest.mark.parametrize("size", [0, -1, 2.5, (4, 5, 6), "64", (4, 0)])
def test_size_must_be_pixels(size: Any) -> None:
    """Sizes are positive integers, one or two."""
    with pytest.raises(InputError, match="a positive number of pixels is needed"):
        load("synthetic-nodules", size=size)


@pytest.mark.parametrize(
    ("name", "reason", "told"),
    [
        ("1", "has int16 pixels", "1: has int16 pixels"),
        ("16", "has int16 pixels", "16: has int16 pixels"),
        ("a.png", "a.png: no such file", "a.png: no such file"),
        ("a.png", "data.png has no pixels", "a.png: data.png has no pixels"),
        ("a.png", "the image is empty", "a.png: is empty"),
    ],
)
def test_an_error_names_its_image(name: str, reason: str, told: str) -> None:
    """An image is named, though its name may stand within another word."""
    assert told_of(name, InputError(reason)) == told
