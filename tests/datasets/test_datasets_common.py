"""The Dataset itself, the registry, and what is common to all sources."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import DATASETS, Dataset, load

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
