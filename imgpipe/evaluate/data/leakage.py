"""What could make a score too good: equal images, near-equal ones, patients on both sides."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.digests import equal_groups
from imgpipe.evaluate.data.lookalikes.groups import MOST_COMPARED, LookAlikes, look_alikes
from imgpipe.evaluate.data.splits import Split
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.results import Copies, DuplicatePair


def judged_in_training(
    digests: Sequence[bytes], splits: Sequence[Split], trained_on: frozenset[str] | None = None
) -> int | None:
    """Count the judged images of which the models judging them were trained on an equal one.

    Parameters
    ----------
    digests : sequence of bytes
        Of all images.
    splits : list of Split
        Without a training part, what was trained on is `trained_on`.
    trained_on : frozenset of str, optional
        Digests in hexadecimal.

    Returns
    -------
    int or None
        Each image counts once, also where it is judged in several folds. None where it is not
        known what was trained on.
    """
    judged: set[int] = set()
    for split in splits:
        if not len(split.train) and trained_on is None:
            return None
        seen = {digests[i].hex() for i in split.train} if len(split.train) else trained_on
        judged.update(int(i) for i in split.test if digests[i].hex() in (seen or ()))
    return len(judged)


def in_training_warnings(known: int | None, splits: Sequence[Split]) -> list[Text]:
    """Say how many of the judged images were trained on, as far as that is known."""
    if not known:
        return []
    first = splits[0]
    if not len(first.train):
        return [
            counted(
                known,
                "{n} of {of} images was used to train this model: scores on them are too good",
                "{n} of {of} images were used to train this model: scores on them are too good",
                of=len(first.test),
            )
        ]
    of = len({int(i) for split in splits for i in split.test})
    if first.fold is None:
        return [
            counted(
                known,
                "{n} of {of} judged images has an equal image in the training part: scores on them "
                "are too good",
                "{n} of {of} judged images have an equal image each in the training part: scores "
                "on them are too good",
                of=of,
            )
        ]
    return [
        counted(
            known,
            "{n} of {of} judged images has an equal image in the training part of its fold: scores "
            "on them are too good",
            "{n} of {of} judged images have an equal image each in the training part of its fold: "
            "scores on them are too good",
            of=of,
        )
    ]


def count_copies(digests: Sequence[bytes], labels: np.ndarray, judged: int | None) -> Copies:
    """Count equal images by their groups."""
    groups = equal_groups(digests)
    torn = sum(len({int(labels[i]) for i in group}) > 1 for group in groups)
    return Copies(sum(map(len, groups)), len(groups), torn, judged)


def duplicates(
    survey: Survey,
    ids: Sequence[str],
    labels: np.ndarray,
    places: Sequence[str | None],
    alike: LookAlikes | None = None,
    classes: Sequence[str] | None = None,
    n_jobs: int | None = None,
) -> tuple[tuple[DuplicatePair, ...], list[Text]]:
    """List equal and nearly equal images, and say whether the search was left undone.

    Parameters
    ----------
    survey : Survey
        Of all images.
    ids, labels, places : sequence
        Of each image: its id, its label, and its split or fold.
    alike : LookAlikes, optional
        From `look_alikes`, where it is known already.
    classes : sequence of str, optional
        Names of the labels.
    n_jobs : int, optional
        Threads of the search.

    Returns
    -------
    (pairs, complaints)
        All pairs: sure ones first, of these those with two labels, then those in different splits
        or folds, equal ones before near ones. Of equal images all but the first are listed, beside
        one in another split or fold where there is one; near-duplicates once for each two groups of
        equals. And what was left undone.
    """
    alike = look_alikes(survey, n_jobs) if alike is None else alike

    def named(index: int) -> str:
        code = int(labels[index])
        return str(code if classes is None else classes[code])

    groups = [list(group) for group in alike.equal]
    whole = {group[0]: group for group in groups}
    exact = [(a, b, 1.0, "", True) for a, b in _exact_pairs(groups, places)]
    near = [
        (*_apart(whole.get(p.a, [p.a]), whole.get(p.b, [p.b]), places), p.similarity, p.way, p.sure)
        for p in alike.near
    ]
    pairs = [
        DuplicatePair(
            str(ids[a]), str(ids[b]), places[a], places[b], bool(labels[a] == labels[b]), same,
            similarity, way, named(a), named(b), sure,
        )
        for same, listed in ((True, exact), (False, near))
        for a, b, similarity, way, sure in listed
    ]  # fmt: skip
    pairs.sort(key=lambda p: (not p.sure, p.same_label, p.split_a == p.split_b))
    if not alike.unsearched:
        return tuple(pairs), []
    text = say(
        "near-duplicates were not searched for among {n} different images (the limit is {most}); "
        "exact ones were",
        n=alike.unsearched,
        most=MOST_COMPARED,
    )
    return tuple(pairs), [text]


def _exact_pairs(groups: list[list[int]], places: Sequence[str | None]) -> list[tuple[int, int]]:
    """Pair each image but the first of its group with an equal one, elsewhere if possible."""
    pairs = []
    for group in groups:
        firsts = _first_of_each_place(group, places)
        for index in group[1:]:
            apart = (other for other in firsts if places[other] != places[index])
            other = next(apart, group[0])
            pairs.append((min(other, index), max(other, index)))
    return sorted(pairs, key=lambda pair: pair[1])


def _apart(group: list[int], other: list[int], places: Sequence[str | None]) -> tuple[int, int]:
    """Give one image of each group, in different places if possible."""
    firsts = (_first_of_each_place(members, places) for members in (group, other))
    differing = ((a, b) for a, b in product(*firsts) if places[a] != places[b])
    return next(differing, (group[0], other[0]))


def _first_of_each_place(group: list[int], places: Sequence[str | None]) -> list[int]:
    firsts: dict[str | None, int] = {}
    for index in group:
        firsts.setdefault(places[index], index)
    return list(firsts.values())
