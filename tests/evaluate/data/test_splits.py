"""Given splits are checked before they are trusted, and thin folds are told."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe.evaluate.data.splits import Split, make_splits, shared_groups, split_warnings


def data(**fields: Any) -> Any:
    """What a split looks at; the real class refuses some of it before."""
    base = {
        "labels": np.arange(12) % 2,
        "classes": ("a", "b"),
        "groups": None,
        "split": np.array((["train"] * 2 + ["val"] * 2 + ["test"] * 2) * 2),
    }
    return SimpleNamespace(**{**base, **fields})


def test_a_patient_in_two_parts_stops_the_run() -> None:
    """The error names the patients that stand on both sides."""
    groups = np.array(list("pqprstuvwxqz"))
    torn = data(groups=groups)
    assert shared_groups(torn) == ["p", "q"]
    with pytest.raises(InputError, match=r"2 patients stand in more than one part .*\(p, q\)"):
        make_splits(torn, folds=5, repeats=1, seed=0)


def test_a_given_split_gives_one_part() -> None:
    """Train, val and test are the samples so marked, in their order."""
    (part,) = make_splits(data(), folds=5, repeats=3, seed=0)
    assert part.train.tolist() == [0, 1, 6, 7]
    assert part.val is not None
    assert part.val.tolist() == [2, 3, 8, 9]
    assert part.test.tolist() == [4, 5, 10, 11]
    assert (part.fold, part.repeat) == (None, None)


def test_repeats_are_shuffled_anew() -> None:
    """Each repeat divides the samples in another way, and covers them all."""
    parts = make_splits(data(split=None), folds=3, repeats=2, seed=0)
    assert [(part.repeat, part.fold) for part in parts] == [
        (r, f) for r in (0, 1) for f in (0, 1, 2)
    ]
    for repeat in (0, 1):
        held = [i for part in parts if part.repeat == repeat for i in part.test]
        assert sorted(held) == list(range(12))
    first, second = ({tuple(p.test) for p in parts if p.repeat == r} for r in (0, 1))
    assert first != second


def test_a_fold_without_a_class_is_told() -> None:
    """A held-out part that lacks a class is counted, with what would help."""
    parts = [
        Split(np.arange(6), np.array([6, 8, 10]), fold=0, repeat=0),
        Split(np.arange(6, 12), np.arange(6), fold=1, repeat=0),
    ]
    (warning,) = split_warnings(data(split=None), parts)
    assert "1 of 2 folds lacks a class" in warning
    assert "fewer folds" in warning


def test_judged_images_need_no_training_part() -> None:
    """Where a fitted model is judged, only a class that none of the images has is named."""
    everything = [Split(np.empty(0, np.intp), np.arange(12))]
    assert split_warnings(data(split=None), everything) == []
    (warning,) = split_warnings(data(split=None, classes=("a", "b", "odd")), everything)
    assert warning.startswith("the judged images lack class odd:")
