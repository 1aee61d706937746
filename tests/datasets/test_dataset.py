"""`Dataset`: parts of its split, and labels coded by other classes."""

from dataclasses import replace

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.datasets import Dataset


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
