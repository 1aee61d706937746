"""Subgroups divide the held-out images, and score as those images alone would."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import LIGHT, toy
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare
from imgpipe.evaluate.data.subgroups import UNKNOWN, groupings
from imgpipe.evaluate.scores.metrics import plain_metrics


def with_column(values: Any, name: str = "age") -> Dataset:
    return Dataset("toy", np.zeros((len(values), 4, 4)), np.arange(len(values)) % 2, ("a", "b"),
                   columns={name: values})  # fmt: skip


def counted(values: Any, asked: str = "age") -> dict[str, int]:
    (found,) = groupings(with_column(values), [asked])
    return {name: int((found.member == k).sum()) for k, name in enumerate(found.names)}


def test_words_are_taken_as_they_are() -> None:
    assert counted(["m", "f", "", "f"]) == {"f": 2, "m": 1, UNKNOWN: 1}


def test_few_numbers_are_values_and_many_are_bands() -> None:
    assert counted(["1", "2", "10", "2"]) == {"1": 1, "2": 2, "10": 1}
    assert counted([str(age) for age in range(20, 40)]) == {
        "below 25": 5, "25 to below 30": 5, "30 to below 35": 5, "35 or more": 5,
    }  # fmt: skip


def test_edges_may_be_given() -> None:
    ages = ["39", "40", "59.5", "60", "", "inf", "-inf"]
    assert counted(ages, "age:40,60") == {
        "below 40": 2, "40 to below 60": 2, "60 or more": 2, UNKNOWN: 1,
    }  # fmt: skip


@given(st.lists(st.one_of(st.floats(allow_nan=False), st.just(None)), min_size=1, max_size=60))
def test_every_image_belongs_to_one_subgroup(values: list[float | None]) -> None:
    texts = ["" if value is None else repr(value) for value in values]
    try:
        (found,) = groupings(with_column(texts), "age")
    except InputError:
        return
    assert set(found.member.tolist()) == set(range(len(found.names)))
    assert (np.array(texts) == "").sum() == (
        (found.member == len(found.names) - 1).sum() if UNKNOWN in found.names else 0
    )


@pytest.mark.parametrize(
    ("values", "asked", "told"),
    [
        (["1", "2"], "agee", "did you mean age?"),
        (["1", "2"], "age:b", "no rising numbers"),
        (["1", "2"], "age:60,40", "no rising numbers"),
        (["1", "old"], "age:40", "'old' is no number"),
        (["M", "m"], "age", "differ only in case"),
        ([f"w{i}" for i in range(21)], "age", "21 different values"),
    ],
)
def test_what_makes_no_subgroups_is_refused(values: list[str], asked: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        groupings(with_column(values), asked)
    assert told in str(caught.value)


@pytest.mark.parametrize("asked", [5, None, [5], ["age", None]])
def test_names_that_are_no_text_are_refused(asked: Any) -> None:
    with pytest.raises(InputError, match="give names of columns"):
        groupings(with_column(["1", "2"]), asked)


def test_a_column_asked_for_twice_is_refused() -> None:
    with pytest.raises(InputError, match="asked for twice"):
        groupings(with_column(["1", "2"]), ["age", "age:2"])


def test_a_subgroup_scores_as_its_images_alone() -> None:
    sex = np.resize(["f", "m", "m"], 120)
    split = np.resize(["train", "test"], 120)
    found = compare(LIGHT, toy(columns={"sex": sex}, split=split), subgroups="sex")
    rows = found.predictions
    for group in found.subgroups:
        inside = rows[sex[rows["id"].astype(int)] == group.name]
        assert group.images == len(inside) == sum(group.counts.values())
        true = (inside["label"] == "malignant").to_numpy().astype(int)
        scores = inside[["p_benign", "p_malignant"]].to_numpy()
        expected = plain_metrics(true, scores.argmax(axis=1), scores)
        for name, value in expected.items():
            assert group.metrics["light"][name].value == pytest.approx(value, nan_ok=True)
    assert [(group.column, group.name) for group in found.subgroups] == [("sex", "f"), ("sex", "m")]


def test_folds_are_judged_together() -> None:
    """A class that a fold lacks cannot make a subgroup's score one of a class alone."""
    sex = np.where(np.arange(120) < 24, "f", "m")
    data = toy(columns={"sex": sex})
    found = compare({**LIGHT, "dummy": "dummy"}, data, subgroups="sex", folds=5, repeats=2)
    rows = found.predictions
    assert isinstance(rows, pd.DataFrame)
    for group in found.subgroups:
        assert group.metrics["dummy"]["balanced_accuracy"].value == 0.5
        of_repeats = []
        for _, part in rows[rows["model"] == "light"].groupby("repeat"):
            inside = part[sex[part["id"].astype(int)] == group.name]
            true = (inside["label"] == "malignant").to_numpy()
            of_repeats.append(roc_auc_score(true, inside["p_malignant"]))
        assert group.metrics["light"]["auc"].value == pytest.approx(np.mean(of_repeats))
