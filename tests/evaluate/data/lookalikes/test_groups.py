"""Groups of look-alikes: who belongs together, and who was seen in training."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgpipe.evaluate.data.lookalikes import groups
from imgpipe.evaluate.data.lookalikes.groups import LookAlikes, grouped
from imgpipe.evaluate.data.lookalikes.search import Likeness, near_copies
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.evaluate.records.alike_counts import alike_counts
from imgpipe.evaluate.results import AlikeCount, DuplicatePair


def likeness(a: int, b: int, similarity: float = 0.9) -> Likeness:
    return Likeness(a, b, similarity, "")


def test_pairs_become_groups() -> None:
    """Two look-alikes are a group, three of one another, too; equals stand with their first."""
    near = [likeness(0, 1), likeness(3, 4), likeness(3, 5), likeness(4, 5)]
    assert grouped(8, [[1, 7]], near) == [[0, 1, 7], [3, 4, 5]]


def test_one_image_ties_no_two_groups() -> None:
    """Groups joined by one pair of nine stay apart; half of the pairs join them."""
    triangles = [likeness(a, b) for a, b in ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5))]
    bridge = [likeness(2, 3, 0.8)]
    assert grouped(6, [], triangles + bridge) == [[0, 1, 2], [3, 4, 5]]
    more = [likeness(a, b, 0.8) for a, b in ((0, 3), (1, 3), (2, 4), (1, 5))]
    assert grouped(6, [], triangles + bridge + more) == [[0, 1, 2, 3, 4, 5]]


def test_patients_are_united_by_their_look_alikes() -> None:
    """Patients with a look-alike of one another are one, and so on along a chain."""
    alike = LookAlikes(6, groups=((0, 2), (3, 4)))
    ids = alike.united(["a", "a", "b", "b", "c", "d"])
    assert len(set(ids[:5])) == 1
    assert ids[5] not in ids[:5]
    alone = alike.united(None)
    assert [len(set(alone[list(pair)])) for pair in ((0, 2), (3, 4))] == [1, 1]
    assert len(set(alone)) == 4


@st.composite
def sets(draw: st.DrawFn) -> tuple[LookAlikes, list[int], set[tuple[int, int]]]:
    """Equal and near images by chance, who was trained on, and all pairs alike as by hand."""
    n = draw(st.integers(2, 9))
    kind = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    equal = tuple(
        tuple(i for i in range(n) if kind[i] == k)
        for k in sorted(set(kind), key=kind.index)
        if kind.count(k) > 1
    )
    firsts = sorted({kind.index(k) for k in kind})
    near = tuple(
        likeness(a, b) for a in firsts for b in firsts if a < b and draw(st.integers(0, 3)) == 0
    )
    kinds = {(kind[p.a], kind[p.b]) for p in near}
    alike = {
        (i, j)
        for i in range(n)
        for j in range(n)
        if i != j and (kind[i] == kind[j] or {(kind[i], kind[j]), (kind[j], kind[i])} & kinds)
    }
    trained = draw(st.lists(st.integers(0, n - 1), unique=True))
    return LookAlikes(n, equal, near), trained, alike


@given(sets())
@settings(max_examples=200, deadline=None)
def test_judged_images_that_stand_in_training_are_counted_as_by_hand(
    drawn: tuple[LookAlikes, list[int], set[tuple[int, int]]],
) -> None:
    """A judged image stands in training where any image alike, equal or near, was trained on."""
    found, trained, alike = drawn
    judged = [i for i in range(found.n) if i not in trained]
    by_hand = [i for i in judged if any((i, j) in alike for j in trained)]
    assert found.among(np.array(judged, int), np.array(trained, int)).tolist() == by_hand


def test_sure_copies_of_two_groups_are_counted_where_places_differ() -> None:
    """A pair between groups may be torn apart; pairs of a group and doubtful ones do not count."""
    near = (likeness(0, 1), likeness(1, 2), Likeness(2, 3, 0.9, "", sure=False), likeness(3, 4))
    alike = LookAlikes(6, ((4, 5),), near, ((0, 1), (3, 4, 5)))
    assert alike.apart(["a", "a", "b", "a", "a", "a"]) == 1
    assert alike.apart(["a", "b", "b", "a", "b", "b"]) == 0
    assert sorted(alike.sure_pairs()) == [(0, 1), (1, 2), (3, 4), (4, 5)]


def test_counts_are_of_pairs_by_kind_and_of_groups_by_their_surest_pair() -> None:
    """Equal, near and doubtful pairs are counted once each, and together."""
    near = (
        likeness(2, 3),
        Likeness(3, 4, 0.9, "", sure=False),
        Likeness(5, 6, 0.9, "", sure=False),
    )
    alike = LookAlikes(7, ((0, 1),), near, ((0, 1), (2, 3, 4), (5, 6)))
    ends = [(0, 1, True, True), (2, 3, False, True), (3, 4, False, False), (5, 6, False, False)]
    pairs = [
        DuplicatePair(
            f"{a}", f"{b}", f"fold {a % 2}", f"fold {b % 2}", a > 0, exact, 1.0, sure=sure
        )
        for a, b, exact, sure in ends
    ]
    assert alike_counts(pairs, alike) == (
        AlikeCount("equal", pairs=1, images=2, groups=1, torn=1, across=1),
        AlikeCount("near", pairs=1, images=2, groups=1, torn=0, across=1),
        AlikeCount("maybe", pairs=2, images=4, groups=1, torn=0, across=2),
        AlikeCount("all", pairs=4, images=7, groups=3, torn=1, across=4),
    )
    assert alike_counts(pairs[:1], LookAlikes(2, ((0, 1),), (), ((0, 1),)))[0].kind == "equal"


def test_the_same_images_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Again it finds what it found, without a search; another pixel or size is searched."""
    images = np.random.default_rng(0).integers(0, 255, (12, 20, 20)).astype(np.uint8)
    images[5] = np.roll(images[2], 1, axis=0)
    searches = []

    def searched(*given: Any) -> list[Likeness]:
        searches.append(given)
        return near_copies(*given)

    monkeypatch.setattr(groups, "_searches", {})
    monkeypatch.setattr(groups, "near_copies", searched)
    first = groups.look_alikes(survey_images(images, None))
    assert [(pair.a, pair.b) for pair in first.near] == [(2, 5)]
    assert groups.look_alikes(survey_images(images, None)) == first
    assert len(searches) == 1
    other = images.copy()
    other[5] = np.random.default_rng(1).integers(0, 255, (20, 20))
    assert groups.look_alikes(survey_images(other, None)).near == ()
    larger = replace(survey_images(images, None), longest=(40,) * 12)
    groups.look_alikes(larger)
    assert len(searches) == 3
    monkeypatch.setattr(groups, "_MOST_KEPT", 2)
    assert groups.look_alikes(survey_images(images, None)) == first
    assert len(searches) == 3
    assert len(groups._searches) == 2
