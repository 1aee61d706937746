"""Folds: patients stay whole, classes are everywhere, and what cannot be split is refused."""

from collections import Counter
from functools import cache
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgpipe import InputError
from imgpipe.learn import folds as folds_module
from imgpipe.learn.folds import (
    folds_lacking_a_class,
    hold_back,
    inner_folds,
    most_folds,
    stratified_folds,
)
from imgpipe.learn.group_search import Undecided


@st.composite
def cohorts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Patients with one to six slices each; a patient's slices may differ in class."""
    slices = draw(st.lists(st.integers(1, 6), min_size=6, max_size=25))
    groups = np.repeat([f"patient {i}" for i in range(len(slices))], slices)
    n_classes = draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    labels = rng.integers(n_classes, size=len(groups))
    labels[:n_classes] = np.arange(n_classes)
    order = rng.permutation(len(groups))
    return labels[order], groups[order]


def divisible(labels: np.ndarray, groups: np.ndarray, folds: int) -> bool:
    """Tell whether so many sets of patients, each with every class, can be set apart."""
    everything = frozenset(labels.tolist())
    kinds = Counter(frozenset(labels[groups == group].tolist()) for group in np.unique(groups))

    @cache
    def can_part(left: frozenset[tuple[frozenset[int], int]], folds: int) -> bool:
        if folds == 0:
            return True
        counts = Counter(dict(left))
        for size in range(1, len(everything) + 1):
            for chosen in combinations(counts, size):
                covers = frozenset().union(*chosen) == everything
                if covers and can_part(frozenset((counts - Counter(chosen)).items()), folds - 1):
                    return True
        return False

    return can_part(frozenset(kinds.items()), folds)


@st.composite
def small_cohorts(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Up to twelve patients, of whom few hold the rarer classes."""
    n_classes = draw(st.integers(2, 4))
    held = st.sets(st.integers(0, n_classes - 1), min_size=1)
    patients = draw(st.lists(held, min_size=2, max_size=12))
    labels = [label for classes in patients for label in sorted(classes)]
    groups = [f"P{i}" for i, classes in enumerate(patients) for _ in classes]
    return np.array(labels), np.array(groups)


@given(st.one_of(cohorts(), small_cohorts()), st.integers(2, 5), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_no_patient_is_on_both_sides(
    cohort: tuple[np.ndarray, np.ndarray], folds: int, seed: int
) -> None:
    """Two slices of one patient never stand on both sides, and each is held out once."""
    labels, groups = cohort
    try:
        found = stratified_folds(labels, groups, folds, random_state=seed)
    except InputError:
        assert len(set(labels)) < 2 or not divisible(labels, groups, folds)
        return
    for train, test in found:
        assert len(test)
        assert not set(groups[train]) & set(groups[test])
        assert set(labels[train]) == set(labels)
    held = np.concatenate([test for _, test in found])
    assert sorted(held.tolist()) == list(range(len(labels)))


@given(small_cohorts(), st.integers(2, 5), st.integers(0, 2))
@settings(max_examples=200, deadline=None)
def test_a_division_that_exists_is_found(
    cohort: tuple[np.ndarray, np.ndarray], folds: int, seed: int
) -> None:
    """Whenever some division has every class on both sides, the division made has."""
    labels, groups = cohort
    if len(set(labels)) > 1 and divisible(labels, groups, folds):
        found = stratified_folds(labels, groups, folds, random_state=seed)
        assert folds_lacking_a_class(labels, found) == 0


@given(small_cohorts(), st.sampled_from([0.1, 0.2, 0.34, 0.5]), st.integers(0, 2))
@settings(max_examples=150, deadline=None)
def test_a_part_held_back_has_every_class(
    cohort: tuple[np.ndarray, np.ndarray], share: float, seed: int
) -> None:
    """Whenever patients can be held back with every class on both sides, they are."""
    labels, groups = cohort
    if len(set(labels)) < 2 or not divisible(labels, groups, 2):
        return
    found = hold_back(labels, groups, share, random_state=seed)
    assert found is not None
    train, held = found
    assert set(labels[train]) == set(labels[held]) == set(labels)
    assert not set(groups[train]) & set(groups[held])
    assert sorted([*train, *held]) == list(range(len(labels)))


def trainable(labels: np.ndarray, groups: np.ndarray, folds: int) -> bool:
    """Go through all divisions for one without an empty fold and with all classes to train on."""
    names = np.unique(groups)
    held = [set(labels[groups == name].tolist()) for name in names]
    everything = set(labels.tolist())
    for places in product(range(folds), repeat=len(names) - 1):
        fold_of = (0, *places)
        if len(set(fold_of)) == folds and all(
            everything == set().union(*(h for h, at in zip(held, fold_of, strict=True) if at != f))
            for f in range(folds)
        ):
            return True
    return False


@given(small_cohorts().filter(lambda cohort: len(set(cohort[1])) <= 7), st.integers(2, 4))
@settings(max_examples=100, deadline=None)
def test_only_the_impossible_is_called_so(
    cohort: tuple[np.ndarray, np.ndarray], folds: int
) -> None:
    """An error says that patients cannot be divided where no division of all would do."""
    labels, groups = cohort
    if len(set(labels)) < 2 or most_folds(labels, groups) < folds:
        return
    if trainable(labels, groups, folds):
        stratified_folds(labels, groups, folds, random_state=0)
    else:
        with pytest.raises(InputError, match="cannot be divided"):
            stratified_folds(labels, groups, folds, random_state=0)


def test_a_shuffle_is_not_taken_where_a_search_does_better() -> None:
    """A division that leaves a class to train on everywhere is no reason not to look further."""
    # class 1 of patients 0 to 2 only, who also hold nearly all images of class 0
    groups = np.repeat(np.arange(9), [40, 40, 40, 1, 1, 1, 1, 1, 1])
    labels = np.zeros(len(groups), int)
    labels[[0, 40, 80]] = 1
    labels[np.isin(groups, [3, 4, 5])] = 2
    for seed in range(20):
        found = stratified_folds(labels, groups, 3, random_state=seed)
        assert folds_lacking_a_class(labels, found) == 0


# every shuffle puts class 2 on one side
HARD = ([0, 1, 1, 0, 0, 2, 2, 0, 2, 0, 2, 1, 1, 0], [2, 3, 5, 0, 4, 6, 6, 1, 6, 5, 1, 1, 6, 5])


@pytest.mark.parametrize("seed", range(3))
def test_a_division_that_shuffles_miss(seed: int) -> None:
    """Where two patients alone hold a class, they are set apart, however the rest lies."""
    labels, groups = (np.array(values) for values in HARD)
    found = stratified_folds(labels, groups, 2, random_state=seed)
    assert folds_lacking_a_class(labels, found) == 0
    for train, test in found:
        assert not set(groups[train]) & set(groups[test])
    assert sorted(np.concatenate([test for _, test in found]).tolist()) == list(range(14))


def test_no_division_is_an_error() -> None:
    """Three classes of two patients each, every two of which share one, fit no two folds."""
    labels, groups = np.array(list("ABACBC")), np.array([1, 1, 2, 2, 3, 3])
    assert most_folds(labels, groups) == 2
    with pytest.raises(InputError, match=r"cannot be divided into 2 folds .*part; add patients"):
        stratified_folds(labels, groups, 2, random_state=0)


def test_a_search_that_ends_early_calls_nothing_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was found in the time allowed, the error does not say that there is nothing."""

    def undecided(*_: object) -> None:
        raise Undecided

    monkeypatch.setattr(folds_module, "divide_groups", undecided)
    labels, groups = (np.array(values) for values in HARD)
    with pytest.raises(InputError, match=r"no way was found .* does not mean that there is none"):
        stratified_folds(labels, groups, 2, random_state=0)


def test_inner_folds_are_as_many_as_can_be() -> None:
    """Folds within a training part become fewer before they are given up."""
    labels, groups = np.tile([0, 1], 6), np.repeat(np.arange(6), 2)
    for most in (5, 3, 2):
        inner = inner_folds(labels, groups, most, random_state=0)
        assert inner is not None
        assert len(inner) == most
    assert len(inner_folds(labels, None, 9, random_state=0) or ()) == 6
    apart = np.array(list("ABACBC")), np.array([1, 1, 2, 2, 3, 3])
    assert inner_folds(*apart, 5, random_state=0) is None


def test_every_fold_holds_every_class() -> None:
    """With enough patients of each class, no fold is without one."""
    groups = np.repeat(np.arange(30), 4)
    labels = (groups < 6).astype(int)
    found = stratified_folds(labels, groups, 5, random_state=0)
    assert folds_lacking_a_class(labels, found) == 0


def test_same_seed_same_folds() -> None:
    """The folds depend on the seed alone."""
    labels, groups = np.tile([0, 1], 30), np.repeat(np.arange(20), 3)
    once, again, other = (stratified_folds(labels, groups, 4, random_state=s) for s in (3, 3, 4))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(once, again, strict=True))
    assert any(not np.array_equal(a[1], b[1]) for a, b in zip(once, other, strict=True))


@pytest.mark.parametrize(
    ("labels", "groups", "folds", "message"),
    [
        ([0, 1] * 6, ["a", "b", "c"] * 4, 5, r"found 3 patients for 5 folds; use --folds 3"),
        (["x"] * 20 + ["y"] * 3, None, 5, r"class y has 3 samples for 5 folds; use --folds 3"),
        ([0] * 20 + [1], None, 5, r"class 1 has 1 sample .*add samples"),
        ([0] * 5 + [1] * 4, list("abcdefffg"), 3, r"class 1 has 2 patients .*use --folds 2"),
        ([0, 1] * 4, ["a"] * 8, 2, r"found 1 patient for 2 folds; add patients"),
        ([1] * 8, None, 2, r"one class only \(1\)"),
        ([0, 1] * 4, None, 1, r"folds is 1; it must be at least 2"),
    ],
)
def test_what_cannot_be_split_says_what_would_do(
    labels: list[object], groups: list[str] | None, folds: int, message: str
) -> None:
    """The error tells what was found and how many folds would do."""
    own = None if groups is None else np.array(groups)
    with pytest.raises(InputError, match=message):
        stratified_folds(np.array(labels), own, folds, random_state=0)
