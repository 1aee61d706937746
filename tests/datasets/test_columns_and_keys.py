"""What a manifest or an archive says of its images has an effect, or is named as not used."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe._common import InputError
from imgpipe.datasets import find_images, load
from imgpipe.datasets.annotations.columns import OWN
from imgpipe.datasets.npz import CLASS_KEYS, ID_KEYS
from imgpipe.images import write
from imgpipe.tables import extract_table

PIXELS = np.random.default_rng(0).integers(0, 255, (6, 8, 8), dtype=np.uint8)
MASKS = np.zeros(PIXELS.shape, np.uint8)
MASKS[:, 2:5, 3:7] = 1

# a second value of each column, which must make another data set than the first
COLUMNS = {
    "path": [f"{i}.png" for i in (5, 4, 3, 2, 1, 0)],
    "label": list("abbaab"),
    "group": list("pqrstu"),
    "split": ["train", "train", "train", "test", "test", "test"],
    "mask": [f"m{i}.png" for i in range(6)],
    "region": ["tumour"] * 6,
    "age": [str(i) for i in range(6)],
}
KEYS: dict[str, Any] = {
    "images": PIXELS[::-1],
    "labels": np.array([0, 1, 1, 0, 0, 1]),
    "masks": MASKS,
    "groups": np.array(list("pqrstu")),
    "split": np.array(["train"] * 3 + ["test"] * 3),
    "age": np.arange(6),
    "spacing": np.array([0.5, 0.5]),
    **{key: np.array(["dark", "light"]) for key in CLASS_KEYS},
    **{key: np.array([f"x{i}" for i in range(6)]) for key in ID_KEYS},
}


def written(folder: Path, columns: dict[str, list[str]]) -> Path:
    for i, (image, mask) in enumerate(zip(PIXELS, MASKS, strict=True)):
        write(folder / f"{i}.png", image)
        write(folder / f"m{i}.png", mask)
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder / "list.csv"


def facts(source: Path) -> Any:
    """All that a data set says: what is not in here was dropped."""
    data = load(source)
    masks = [None if image.mask is None else image.mask.tolist() for image in data.images]
    return (
        np.asarray(data.images).tolist(), data.labels.tolist(), data.classes, masks,
        None if data.groups is None else data.groups.tolist(),
        None if data.split is None else data.split.tolist(),
        data.ids.tolist(), data.warnings,
    )  # fmt: skip


def differs(before: Path, after: Path, give: Callable[[Path], Any]) -> bool:
    """Whether a change has an effect, which may be an error."""
    try:
        return give(before) != give(after)
    except InputError:
        return True


PLAIN = {"path": [f"{i}.png" for i in range(6)], "label": list("aabbab")}


def test_every_column_is_tried() -> None:
    """A new column of manifests needs a line here."""
    assert COLUMNS.keys() == {*OWN, "age"}


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_has_an_effect(column: str, tmp_path: Path) -> None:
    """A column more, or with other values, makes another data set, a warning or an error."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before = written(tmp_path / "a", PLAIN)
    after = written(tmp_path / "b", {**PLAIN, column: COLUMNS[column]})
    assert differs(before, after, facts)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_reaches_a_table(column: str, tmp_path: Path) -> None:
    """The same holds for a table of features."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before = written(tmp_path / "a", PLAIN)
    after = written(tmp_path / "b", {**PLAIN, column: COLUMNS[column]})

    def told(source: Path) -> Any:
        table = extract_table(source, families="intensity")
        return table.values.tolist(), table.columns, table.ids, table.warnings, table.errors

    assert differs(before, after, told)


@pytest.mark.parametrize("key", KEYS)
def test_each_key_has_an_effect(key: str, tmp_path: Path) -> None:
    """A key more, or with other values, makes another data set, a warning or an error."""
    plain = {"images": PIXELS, "labels": np.array([0, 0, 1, 1, 0, 1])}
    np.savez(tmp_path / "a.npz", **plain)
    np.savez(tmp_path / "b.npz", **{**plain, key: KEYS[key]})
    assert differs(tmp_path / "a.npz", tmp_path / "b.npz", lambda source: facts(source))


def test_names_of_an_archive_are_those_of_its_table(tmp_path: Path) -> None:
    """`find_images` calls the images of an archive as `load` does, and gives their masks."""
    names = [f"case {i}" for i in range(6)]
    np.savez(tmp_path / "a.npz", images=PIXELS, labels=[0, 1] * 3, masks=MASKS, files=names)
    images = find_images(tmp_path / "a.npz")
    assert images.ids == tuple(names) == tuple(load(tmp_path / "a.npz").ids)
    assert images.areas().tolist() == [12] * 6
