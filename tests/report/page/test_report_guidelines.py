"""Reporting guidelines are filled in as far as a run knows, and no further."""

import re
from dataclasses import replace

import pytest
from toy_datasets import make_dataset

from imgpipe.evaluate import Comparison, score_fitted
from imgpipe.report.html import render
from imgpipe.report.page.guidelines import section
from imgpipe.report.page.view import view_of
from imgpipe.report.words.guidelines import ANSWERS, claim, tripod


def answers(run: Comparison, place: int) -> dict[str, str | None]:
    rows = section(view_of(run))["lists"][place]["rows"]
    return {row["number"]: row["answer"] for row in rows}


def test_the_lists_are_whole() -> None:
    """27 items in 52 parts, and 44 items, in their order; every answer is asked for."""
    numbers = [number for number, *_ in tripod.ITEMS]
    main = list(dict.fromkeys(int(re.sub(r"\D", "", number)) for number in numbers))
    assert main == list(range(1, 28))
    assert len(numbers) == len(set(numbers)) == 52
    assert [number for number, *_ in claim.ITEMS] == [str(n) for n in range(1, 45)]
    asked = {key for *_, key in (*tripod.ITEMS, *claim.ITEMS)} - {None}
    assert asked == set(ANSWERS)


def test_the_count_is_of_whole_items(split_run: Comparison) -> None:
    """An item counts once, however many of its parts have something."""
    for place, told in enumerate(each["told"] for each in section(view_of(split_run))["lists"]):
        found = answers(split_run, place)
        some = {re.sub(r"\D", "", number) for number, answer in found.items() if answer}
        assert told.startswith(f"{len(some)} of {27 if place == 0 else 44} items")


def test_answers_are_those_of_the_run(split_run: Comparison, folds_run: Comparison) -> None:
    """A split is none of folds, patients are named where they are known."""
    split, folds = answers(split_run, 1), answers(folds_run, 1)
    assert split["19"].startswith("Given split")
    assert folds["19"].startswith("Cross-validation, 3 folds")
    assert "no patient is named" in split["20"]
    assert folds["20"] == "Patients."
    assert folds["32"] == "Judged on held-out images of the same data set."
    assert folds["33"] == "None was judged in this run."
    assert answers(split_run, 0)["20c"] is not None
    assert answers(folds_run, 0)["20c"] is None
    for number in ("3a", "17", "18a", "19", "25", "27c"):
        assert answers(split_run, 0)[number] is None


def test_a_held_out_site_is_external(folds_run: Comparison) -> None:
    protocol = replace(folds_run.protocol, held_out="site")
    found = answers(replace(folds_run, protocol=protocol), 1)
    assert found["33"] == "Each site was held out in turn."
    assert found["32"] is None
    protocol = replace(folds_run.protocol, kind="external set", held_out="site=B", folds=None)
    found = answers(replace(folds_run, protocol=protocol), 1)
    assert found["33"] == "Held out: site=B; trained on all others."


@pytest.fixture(scope="module")
def before(folds_run: Comparison) -> Comparison:
    """Models that were fitted before."""
    pipeline = folds_run.models[0].pipeline
    data = make_dataset(("normal", "benign", "malignant"))
    return score_fitted({"fitted": pipeline}, data)


def test_nothing_is_said_of_training_that_was_not_done_here(before: Comparison) -> None:
    """Whether images are external, and how models were trained, is not known here."""
    found = answers(before, 1)
    assert found["6"] == "Evaluation of models that were fitted before."
    assert found["25"] is found["33"] is found["32"] is found["20"] is None
    assert "Held-out evaluation" in found["19"]
    assert 'id="guidelines"' in render(before)


def test_classes_called_by_numbers_are_told_from_their_counts(split_run: Comparison) -> None:
    """A class called 0 does not run into how many images it has, and a hint says how to name it."""
    part = {"0": 1214, "1": 3494}
    card = replace(split_run.dataset, classes=("0", "1"), counts={"train": part})
    numbered = replace(split_run, dataset=card)
    assert answers(numbered, 1)["35"].startswith("Training part: 0 (1,214) and 1 (3,494).")
    hint = "--classes NAME,NAME gives them names"
    assert hint in render(numbered)
    assert hint not in render(split_run)
