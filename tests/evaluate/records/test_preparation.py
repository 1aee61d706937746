"""What the protocol says of filters, and of settings that changed nothing."""

from typing import Any

import numpy as np
import pytest

from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.records.preparation import filters, idle_settings
from imgpipe.learn import make_pipeline


def candidate(name: str, *given: Any) -> Candidate:
    """A model behind these filters."""
    return Candidate(name, make_pipeline("dummy", filters=given), {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([candidate("a"), candidate("b")], ""),
        (
            [candidate("a", "median"), candidate("b", "median")],
            "All images were filtered first: median.",
        ),
        (
            [candidate("a", ("gaussian", {"sigma": 2.0}), "median"), candidate("b")],
            "Images were filtered first: gaussian (sigma 2.0), then median for a.",
        ),
        (
            [candidate("a", "mean"), candidate("b", "median"), candidate("c", "mean")],
            "Images were filtered first: mean for a, c; median for b.",
        ),
        ([Candidate("own", object(), {})], ""),
        (
            [candidate("a", "window:lung;zscore")],
            "All images were filtered first: the window lung (center -600 HU, width 1500 HU), "
            "then zscore.",
        ),
        (
            [candidate("a", "window:center=40,width=80,function=sigmoid")],
            "All images were filtered first: a window of center 40 and width 80 (sigmoid).",
        ),
        (
            [candidate("a", "window:file")],
            "All images were filtered first: the window that each file recommends.",
        ),
        (
            [candidate("a", ("match_histogram", {"reference": np.arange(256)}))],
            "All images were filtered first: match_histogram (reference [256]).",
        ),
    ],
)
def test_filters_are_named_with_their_settings(given: list[Candidate], said: str) -> None:
    """For all models at once, or for each."""
    assert filters(given) == said


@pytest.mark.parametrize(
    ("folds", "repeats", "said"),
    [(5, 1, None), (3, 1, "folds=3 changed"), (3, 2, "folds=3 and repeats=2 changed")],
)
def test_settings_of_a_division_that_was_given(folds: int, repeats: int, said: str | None) -> None:
    """What differs from the default was asked for, and is said to be idle."""
    found = idle_settings(folds, repeats, given=True)
    assert (found is None) == (said is None)
    assert said is None or (found is not None and found.startswith(said))
    assert idle_settings(folds, repeats, given=False) is None
    assert idle_settings("runs/first", repeats, given=True) is None


def test_compare_says_both_in_its_protocol() -> None:
    """Beside a given split, folds are not dropped in silence."""
    rng = np.random.default_rng(0)
    parts = np.repeat(["train", "test"], [20, 20])
    images = rng.integers(0, 255, (40, 8, 8)).astype(np.uint8)
    data = Dataset("noise", images, np.arange(40) % 2, ("a", "b"), split=parts)
    models = {"dummy": make_pipeline("dummy", filters=["median"], families="intensity")}
    statement = compare(models, data, folds=3).protocol.statement
    assert "folds=3 changed nothing, since the division was given." in statement
    assert "All images were filtered first: median." in statement
