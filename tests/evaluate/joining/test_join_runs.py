"""Models of different runs are tested where they judged the same, and nowhere else."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison_samples import SPLIT, light, toy

from imgpipe import InputError
from imgpipe.evaluate import Comparison, JoinedRuns, compare, join_runs, save_run
from imgpipe.evaluate.strict_json import plain

PATIENTS = [f"p{i // 2}" for i in range(120)]
ONE, OTHER = {"one": light()}, {"other": light(C=0.001)}


def data(**changes: Any) -> Any:
    return toy(step=14, groups=PATIENTS).changed(**changes)


@pytest.fixture(scope="module")
def one() -> Comparison:
    return compare(ONE, data(), folds=3)


@pytest.fixture(scope="module")
def other() -> Comparison:
    return compare(OTHER, data(), folds=3)


def why(a: Comparison, b: Comparison) -> str:
    """Why nothing is tested between two runs."""
    joined = join_runs({"a": a, "b": b})
    assert joined.pairs == ()
    (pair,) = joined.unpaired
    assert (pair.a, pair.b) == (("a",), ("b",))
    assert [run.same_as for run in joined.runs] == ["a", "b"]
    return pair.why


def same_verdict(joined: JoinedRuns, together: Comparison) -> None:
    """One run of both models says what two runs of one each say."""
    (pair,), (expected,) = joined.pairs, together.pairs
    for name in ("difference", "low", "high", "p_value", "p_holm", "method", "why", "verdict"):
        assert getattr(pair, name) == getattr(expected, name), name
    assert pair.errors == expected.errors
    for metric, found in pair.differences.items():
        assert found.value == pytest.approx(expected.differences[metric].value)
    assert pair.statement == expected.statement.replace("one", "a/one").replace("other", "b/other")


def test_two_runs_say_what_one_run_of_both_says(one: Comparison, other: Comparison) -> None:
    joined = join_runs({"a": one, "b": other})
    same_verdict(joined, compare(ONE | OTHER, data(), folds=3))
    assert joined.unpaired == ()
    assert [run.same_as for run in joined.runs] == [run.data for run in joined.runs] == ["a", "a"]
    assert list(joined.models) == ["a/one", "b/other"]
    assert "JoinedRuns a, b: 1 pairs" in repr(joined)


def test_two_runs_on_a_split_and_over_seeds_are_compared_likewise() -> None:
    parts = toy(step=14, split=SPLIT)
    runs = {"a": compare(ONE, parts, seeds=2), "b": compare(OTHER, parts, seeds=2)}
    same_verdict(join_runs(runs), compare(ONE | OTHER, parts, seeds=2))
    joined = join_runs({"a": compare(ONE, parts), "b": runs["b"]})
    assert len(joined.pairs) == 1  # one seed of each


def test_repeated_folds_of_three_classes_are_compared_likewise() -> None:
    three = toy(step=14, classes=3)
    settings: dict[str, Any] = {"folds": 2, "repeats": 2, "seed": 3}
    runs = {"a": compare(ONE, three, **settings), "b": compare(OTHER, three, **settings)}
    same_verdict(join_runs(runs), compare(ONE | OTHER, three, **settings))


def test_folders_say_what_comparisons_say(
    one: Comparison, other: Comparison, tmp_path: Path
) -> None:
    """Nothing is lost on disk; folders of one name are told apart by their parents'."""
    for name, run in (("first", one), ("second", other)):
        save_run(run, tmp_path / name / "run")
    joined = join_runs([tmp_path / "first" / "run", tmp_path / "second" / "run"])
    assert [run.name for run in joined.runs] == ["first/run", "second/run"]
    expected = join_runs({"first/run": one, "second/run": other})
    assert plain(joined.pairs) == plain(expected.pairs)


def test_p_values_are_adjusted_for_all_pairs_between_runs(one: Comparison) -> None:
    """Three runs of one model each make three pairs; a run's own pairs are not among them."""
    two = compare(OTHER | {"third": light(C=0.1)}, data(), folds=3)
    joined = join_runs({"a": one, "b": two})
    assert [(pair.a, pair.b) for pair in joined.pairs] == [
        ("a/one", "b/other"),
        ("a/one", "b/third"),
    ]
    smallest = min(joined.pairs, key=lambda pair: pair.p_value)
    assert smallest.p_holm == pytest.approx(min(1.0, 2 * smallest.p_value))


def test_other_images_are_not_compared(one: Comparison) -> None:
    fewer = compare(OTHER, data().take(np.arange(100)), folds=3)
    assert why(one, fewer) == "they judged other images"
    named = [f"img{i}" for i in range(120)]
    a = compare(ONE, data(ids=named), folds=3)
    b = compare(OTHER, data(ids=named).take(np.arange(100)), folds=3)
    assert why(a, b) == "they judged other images: a has 120, b has 100, and 100 are in both"


def test_images_known_by_numbers_alone_may_be_others(one: Comparison) -> None:
    """Two sets of images that are numbered from 0 on are not one."""
    another = compare(OTHER, replace(data(images=255 - data().images), name="else"), folds=3)
    assert "may be others under the same numbers" in why(one, another)


def test_the_same_images_measured_otherwise_are_compared() -> None:
    """Another size or region changes the pixels, and is what a comparison may be about."""
    named = data(ids=[f"img{i}" for i in range(120)])
    runs = {
        "a": compare(ONE, named, folds=3),
        "b": compare(ONE, named.changed(images=255 - named.images), folds=3),
    }
    joined = join_runs(runs)
    assert len(joined.pairs) == 1
    assert [run.data for run in joined.runs] == ["a", "b"]
    assert [run.same_as for run in joined.runs] == ["a", "a"]


def test_other_folds_are_not_compared(one: Comparison, tmp_path: Path) -> None:
    """The reason says how to judge on the same ones; then they are compared."""
    again = compare(OTHER, data(), folds=3, seed=1)
    assert "on other folds: compare ... --folds-of a" in why(one, again)
    on_split = compare(OTHER, data(split=SPLIT, groups=None), least=1)
    assert "they judged other images" in why(one, on_split)
    save_run(one, tmp_path)
    assert len(join_runs({"a": one, "b": compare(OTHER, data(), folds=tmp_path)}).pairs) == 1


def test_other_labels_are_told_first(one: Comparison) -> None:
    labels = data().labels.copy()
    labels[:2] = 1 - labels[:2]
    source = replace(data(labels=labels), name="toy")
    relabelled = compare(OTHER, source, folds=3)
    with pytest.warns(UserWarning, match="2 images have another label in a than in b"):
        joined = join_runs({"a": one, "b": relabelled})
    assert joined.pairs == ()
    (text,) = joined.warnings
    assert "2 images have another label in a than in b (0, 1): one of the two is wrong" in text


def test_other_classes_are_not_compared(one: Comparison) -> None:
    three = compare(OTHER, toy(step=14, classes=3), folds=3)
    assert "they tell other classes apart (benign and malignant; benign," in why(one, three)


def test_of_three_runs_two_may_be_compared(one: Comparison, other: Comparison) -> None:
    odd = compare(OTHER, data(), folds=2)
    joined = join_runs({"a": one, "b": odd, "c": other})
    assert [(pair.a, pair.b) for pair in joined.pairs] == [("a/one", "c/other")]
    assert [(pair.a, pair.b) for pair in joined.unpaired] == [(("a", "c"), ("b",))]
    assert [run.same_as for run in joined.runs] == ["a", "b", "a"]
    board = joined.leaderboard()
    assert board["run"].tolist()[2] == "b"
    assert board.columns.tolist()[:3] == ["run", "model", "auc"]


def test_the_same_run_twice_is_refused(one: Comparison, tmp_path: Path) -> None:
    save_run(one, tmp_path / "run")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    for twice in (tmp_path / "run", tmp_path / "run" / ".." / "run", tmp_path / "link"):
        with pytest.raises(InputError, match="is given twice"):
            join_runs([tmp_path / "run", twice])
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    with pytest.raises(InputError, match="run and copy are the same run"):
        join_runs([tmp_path / "run", tmp_path / "copy"])
    with pytest.raises(InputError, match="there is one run"):
        join_runs([tmp_path / "run"])
    with pytest.raises(InputError, match="give a list"):
        join_runs(str(tmp_path / "run"))


def test_what_was_found_on_reading_is_kept(one: Comparison, other: Comparison) -> None:
    edited = replace(other, reading=("result.json was changed.",))
    assert join_runs({"a": one, "b": edited}).warnings == ("result.json was changed.",)
