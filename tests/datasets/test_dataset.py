"""`Dataset`: parts of its split, and labels coded by other classes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.datasets.dataset import stem


@pytest.fixture
def four() -> Dataset:
    """One image each of three classes, and a second of the last."""
    images = np.zeros((4, 3, 3), np.uint8)
    split = np.array(["test", "train", "test", "val"])
    return Dataset("four", images, np.array([0, 1, 2, 2]), ("a", "b", "c"), split=split)


def test_positions_of_a_part(four: Dataset) -> None:
    """A part is where the split says so; without a split each part is everything."""
    assert four.positions("test").tolist() == [0, 2]
    assert replace(four, split=None).positions("test").tolist() == [0, 1, 2, 3]
    assert replace(four, split=np.repeat("train", 4)).positions("val").tolist() == []


def test_classes_are_matched_by_name(four: Dataset) -> None:
    """Labels follow their class's name, whatever the order and whatever is there besides."""
    turned = four.with_classes(("c", "x", "b", "a"))
    assert turned.classes == ("c", "x", "b", "a")
    assert turned.labels.tolist() == [3, 2, 0, 0]
    assert four.labels.tolist() == [0, 1, 2, 2]


def test_a_class_that_occurs_cannot_be_left_out(four: Dataset) -> None:
    """Only a class without an image may be missing; others are named."""
    assert four.take([0, 2]).with_classes(["a", "c"]).labels.tolist() == [0, 1]
    with pytest.raises(InputError, match="four: no class b, c among a"):
        four.with_classes(["a"])


def test_labels_may_be_names() -> None:
    """Names become codes, of the classes where they are given, else of the names, sorted."""
    images = np.zeros((3, 2, 2))
    data = Dataset("a", images, ["normal", "10", "9"])
    assert data.classes == ("9", "10", "normal")
    assert data.labels.tolist() == [2, 1, 0]
    assert Dataset("a", images, np.array(["b", "a", "b"]), ("b", "a")).labels.tolist() == [0, 1, 0]
    with pytest.raises(InputError, match="a: label 'c' is not among the classes b, a"):
        Dataset("a", images, ["b", "a", "c"], ("b", "a"))


def test_two_named_classes_have_the_positive_one_last() -> None:
    """Without classes the finding is last; given ones keep their order until it is asked for."""
    images, labels = np.zeros((2, 2, 2)), ["cancer", "normal"]
    assert Dataset("a", images, labels).classes == ("normal", "cancer")
    given = Dataset("a", images, labels, ("cancer", "normal"))
    assert given.classes == ("cancer", "normal")
    turned = given.with_positive()
    assert turned.classes == ("normal", "cancer")
    assert turned.labels.tolist() == [1, 0]


def test_labels_that_are_no_codes() -> None:
    """Fractions and NaN are not cut down to codes."""
    with pytest.raises(InputError, match=r"label 0.5 is not a whole number"):
        Dataset("a", np.zeros((2, 2, 2)), [0.5, 1], ("a", "b"))
    with pytest.raises(InputError, match="1 labels are NaN"):
        Dataset("a", np.zeros((2, 2, 2)), [np.nan, 1], ("a", "b"))


@pytest.mark.parametrize("missing", [None, np.nan, "", "NA"])
@pytest.mark.parametrize("kind", [list, np.array, pd.Series])
def test_unknown_patients_are_not_one(missing: Any, kind: Any) -> None:
    """Two images whose patient is not known are not images of one patient called nan."""
    images = np.zeros((4, 8, 8))
    with pytest.raises(InputError, match=r"2 groups are empty or NaN \(the first at index 1"):
        Dataset("a", images, [0, 1, 0, 1], ("a", "b"), kind(["p", missing, missing, "q"]))


def test_columns_follow_their_images() -> None:
    data = Dataset(
        "toy", np.zeros((3, 8, 8), np.uint8), [0, 1, 1], ("a", "b"), columns={"age": [70, 8, ""]}
    )
    assert data.columns["age"].tolist() == ["70", "8", ""]
    assert data.take([2, 0]).columns["age"].tolist() == ["", "70"]
    assert data.changed(name="other").columns["age"].tolist() == ["70", "8", ""]


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="3 images but 2 entries of column age"):
        Dataset("toy", np.zeros((3, 8, 8)), [0, 1, 1], ("a", "b"), columns={"age": [1, 2]})


def test_a_file_whose_name_says_nothing_is_called_by_its_folder(tmp_path: Path) -> None:
    """A manifest is called manifest whatever is in it; a folder has its own name."""
    for name in ("Manifest.csv", "knees.csv"):
        (tmp_path / name).touch()
    assert stem(tmp_path / "Manifest.csv") == tmp_path.name
    assert stem(tmp_path / "knees.csv") == "knees"
    assert stem(tmp_path) == tmp_path.name
