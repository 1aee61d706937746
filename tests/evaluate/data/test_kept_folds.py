"""Folds of an earlier run give the same scores again; folds of other data are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_samples import LIGHT, toy
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold

from imgpipe import InputError
from imgpipe.evaluate import compare, save_run
from imgpipe.evaluate.data.kept_folds import kept_folds

PATIENTS = np.array([f"p{i // 3}" for i in range(120)])
DATA = toy(groups=PATIENTS)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    save_run(compare(LIGHT, DATA, folds=3, repeats=2, seed=7), folder)
    return folder


def test_the_folds_of_a_run_give_its_scores_again(run: Path) -> None:
    again = compare(LIGHT, DATA, folds=run)
    first = pd.read_csv(run / "leaderboard.csv")
    assert again.models[0].metrics["auc"].value == pytest.approx(first["auc"][0], abs=1e-12)
    assert (again.protocol.folds, again.protocol.repeats) == (3, 2)
    assert "those of" in again.protocol.statement
    rows = pd.read_csv(run / "predictions.csv", dtype={"id": str})
    pd.testing.assert_frame_equal(
        again.predictions[["id", "fold", "repeat", "label"]],
        rows[["id", "fold", "repeat", "label"]],
        check_dtype=False,
    )


def test_the_order_of_the_images_makes_no_difference(run: Path) -> None:
    order = np.random.default_rng(0).permutation(120)
    turned = {
        (split.repeat, split.fold): set(order[split.test].tolist())
        for split in kept_folds(DATA.take(order), run)
    }
    for split in kept_folds(DATA, run):
        assert turned[split.repeat, split.fold] == set(split.test.tolist())


def test_positions_as_scikit_learn_gives_them() -> None:
    data = toy()
    splitter = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=0)
    pairs = list(splitter.split(np.zeros(120), data.labels))
    found = kept_folds(data, pairs)
    assert [(s.repeat, s.fold) for s in found] == [(r, f) for r in (0, 1) for f in range(4)]
    for split, (train, test) in zip(found, pairs, strict=True):
        assert split.train.tolist() == sorted(train)
        assert split.test.tolist() == sorted(test)


def changed(run: Path, tmp_path: Path, **columns: Any) -> Path:
    table = pd.read_csv(run / "predictions.csv", dtype=str).assign(**columns)
    table.to_csv(tmp_path / "predictions.csv", index=False)
    return tmp_path


def test_folds_of_other_data_are_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folds of another data set: 20 images stand in one"):
        kept_folds(DATA.take(np.arange(100)), run)
    with pytest.raises(InputError, match="120 images had another label"):
        kept_folds(DATA.changed(labels=1 - DATA.labels), run)
    with pytest.raises(InputError, match=r"no predictions\.csv"):
        kept_folds(DATA, tmp_path)
    with pytest.raises(InputError, match=r"patients? on both sides of fold 1"):
        kept_folds(DATA.changed(groups=np.array([f"q{i % 7}" for i in range(120)])), run)
    torn = changed(run, tmp_path, repeat=["1"] * 239 + ["2"])
    with pytest.raises(InputError, match="does not hold out each image once"):
        kept_folds(DATA, torn)


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("fold", "", "'' in column fold is no whole number from 1"),
        ("fold", "1.5", "'1.5' in column fold is no whole number"),
        ("repeat", "second", "'second' in column repeat is no whole number"),
    ],
)
def test_folds_edited_by_hand_are_refused(
    run: Path, tmp_path: Path, column: str, text: str, told: str
) -> None:
    table = pd.read_csv(run / "predictions.csv", dtype=str)
    table.loc[5, column] = text
    table.to_csv(tmp_path / "predictions.csv", index=False)
    with pytest.raises(InputError, match=told):
        kept_folds(DATA, tmp_path)
    table.drop(columns=column).to_csv(tmp_path / "predictions.csv", index=False)
    with pytest.raises(InputError, match=f"no column '{column}'|was not cross-validated"):
        kept_folds(DATA, tmp_path)


def test_an_image_in_two_folds_is_refused_and_numbers_may_have_gaps(
    run: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(run / "predictions.csv", dtype=str)
    again = table.iloc[:1].assign(fold=str(1 + int(table["fold"][0]) % 3))
    pd.concat([table, again]).to_csv(tmp_path / "predictions.csv", index=False)
    with pytest.raises(InputError, match="does not hold out each image once"):
        kept_folds(DATA, tmp_path)
    gaps = changed(run, tmp_path, repeat=table["repeat"].map({"1": "2", "2": "10"}))
    assert [(s.repeat, s.fold) for s in kept_folds(DATA, gaps)] == [
        (repeat, fold) for repeat in (0, 1) for fold in range(3)
    ]


def test_a_run_without_folds_is_refused(tmp_path: Path) -> None:
    parts = np.resize(["train", "test"], 120)
    save_run(compare(LIGHT, toy(split=parts)), tmp_path / "run")
    with pytest.raises(InputError, match="was not cross-validated"):
        kept_folds(toy(), tmp_path / "run")


@pytest.mark.parametrize(
    ("folds", "told"),
    [
        ("nowhere", "no predictions.csv"),
        (2.5, "pairs of positions"),
        ([(np.arange(60), np.arange(60, 120))], "each image once"),
        ([(np.arange(61), np.arange(60, 120)), (np.arange(60, 120), np.arange(60))], "overlap"),
        ([(np.arange(60), np.arange(60, 121))], "positions from 0 to 119"),
        ([(np.array([], int), np.arange(120))], "at least one a part"),
    ],
)
def test_folds_that_are_none_are_refused(folds: Any, told: str) -> None:
    with pytest.raises(InputError) as caught:
        compare(LIGHT, toy(), folds=folds)
    assert told in str(caught.value)


def test_a_training_part_without_a_class_is_refused() -> None:
    data = toy()
    of_one = np.flatnonzero(data.labels == 0)
    other = np.flatnonzero(data.labels == 1)
    with pytest.raises(InputError, match="fold 1 has no image of class malignant to train on"):
        compare(LIGHT, data, folds=[(of_one, other), (other, of_one)])


def test_folds_beside_what_makes_others_are_refused() -> None:
    pairs = list(StratifiedKFold(3).split(np.zeros(120), toy().labels))
    with pytest.raises(InputError, match="leave out hold_out and repeats"):
        compare(LIGHT, toy(), folds=pairs, repeats=2)
    with pytest.raises(InputError, match="the data have a split, and folds are given too"):
        compare(LIGHT, toy(split=np.resize(["train", "test"], 120)), folds=pairs)
