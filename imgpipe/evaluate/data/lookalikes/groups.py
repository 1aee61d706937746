"""Groups of images that are equal or nearly so.

Two groups become one where at least half of the pairs between them are look-alikes, the most alike
first. So one image that resembles two others by chance does not tie their groups together, and a
pair that is left between two groups is counted as such.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imgpipe.datasets.digests import equal_groups
from imgpipe.evaluate.data.lookalikes.search import Likeness, near_copies
from imgpipe.evaluate.data.survey import Survey

MOST_COMPARED = 20_000  # different images for which all pairs are compared
_SHARE = 0.5
_MOST_KEPT = 32
_searches: dict[bytes, list[Likeness]] = {}  # of this process, the latest last


@dataclass(frozen=True)
class LookAlikes:
    """Which of `n` images are equal, which nearly so, and the groups of either.

    `near` names the first image of each group of equals for all of them. `unsearched` counts
    different images that were too many to be compared.
    """

    n: int
    equal: tuple[tuple[int, ...], ...] = ()
    near: tuple[Likeness, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    unsearched: int = 0

    def among(self, judged: np.ndarray, trained: np.ndarray) -> np.ndarray:
        """Those of the judged images of which a copy, equal or surely one, was trained on."""
        first = np.arange(self.n)
        for group in self.equal:
            first[list(group)] = group[0]
        seen = np.zeros(self.n, bool)
        seen[first[trained]] = True
        known = seen.copy()
        for pair in (pair for pair in self.near if pair.sure):
            known[pair.a] |= seen[pair.b]
            known[pair.b] |= seen[pair.a]
        judged = np.asarray(judged)
        return judged[known[first[judged]]]

    def certain(self, group: Sequence[int]) -> bool:
        """Tell whether a group holds two images that are equal, or surely copies."""
        inside = set(group)
        return any(equal[0] in inside for equal in self.equal) or any(
            pair.sure and pair.a in inside and pair.b in inside for pair in self.near
        )

    def sure_pairs(self) -> list[tuple[int, int]]:
        """Pairs of images that are equal or surely copies; equal ones with the first of theirs."""
        equal = [(group[0], index) for group in self.equal for index in group[1:]]
        return equal + [(pair.a, pair.b) for pair in self.near if pair.sure]

    def apart(self, places: Sequence[str | None]) -> int:
        """Count the pairs of sure copies in different places that are of two groups.

        A copy of equal images counts once, and is in all places where these are.
        """
        group_of = {index: k for k, group in enumerate(self.groups) for index in group}
        where: dict[int, set[str | None]] = {}
        for group in self.equal:
            where[group[0]] = {places[index] for index in group}
        return sum(
            len(where.get(pair.a, {places[pair.a]}) | where.get(pair.b, {places[pair.b]})) > 1
            and group_of.get(pair.a, -1 - pair.a) != group_of.get(pair.b, -1 - pair.b)
            for pair in self.near
            if pair.sure
        )

    def united(self, groups: Sequence[str] | np.ndarray | None) -> np.ndarray:
        """Ids under which patients, or images where none is known, and look-alikes are one."""
        own = np.arange(self.n) if groups is None else np.unique(groups, return_inverse=True)[1]
        root = list(range(int(own.max(initial=-1)) + 1))

        def find(i: int) -> int:
            while root[i] != i:
                root[i] = root[root[i]]
                i = root[i]
            return i

        for group in self.groups:
            first = find(int(own[group[0]]))
            for index in group[1:]:
                root[find(int(own[index]))] = first
        return np.array([f"{find(int(i))}" for i in own])


def look_alikes(survey: Survey, n_jobs: int | None = None) -> LookAlikes:
    """Find equal and nearly equal images, and group them."""
    equal = equal_groups(survey.digests)
    later = {index for group in equal for index in group[1:]}
    first = [i for i in range(len(survey.digests)) if i not in later]
    near: list[Likeness] = []
    unsearched = 0
    if len(first) > MOST_COMPARED:
        unsearched = len(first)
    elif survey.thumbnails:
        found = _near(
            [survey.thumbnails[i] for i in first],
            [survey.longest[i] for i in first],
            n_jobs or 1,
        )
        near = [replace(f, a=first[f.a], b=first[f.b]) for f in found]
    groups = grouped(len(survey.digests), equal, near)
    return LookAlikes(
        len(survey.digests),
        tuple(map(tuple, equal)),
        tuple(near),
        tuple(map(tuple, groups)),
        unsearched,
    )


def _near(thumbnails: list[np.ndarray], longest: list[int], n_jobs: int) -> list[Likeness]:
    """Search once for the same images: sessions check and compare one set again and again."""
    digest = hashlib.sha256(repr([(x.shape, x.dtype.str) for x in thumbnails] + longest).encode())
    for thumbnail in thumbnails:
        digest.update(thumbnail.tobytes())
    found = _searches.pop(digest.digest(), None)
    if found is None:
        found = near_copies(thumbnails, longest, n_jobs)
    _searches[digest.digest()] = found
    for oldest in list(_searches)[:-_MOST_KEPT]:
        _searches.pop(oldest, None)
    return found


def grouped(n: int, equal: Sequence[Sequence[int]], near: Sequence[Likeness]) -> list[list[int]]:
    """Unite look-alikes by the rule above; groups and their images in order."""
    members: dict[int, list[int]] = {i: [i] for i in range(n)}
    group_of = list(range(n))
    weight = {group[0]: len(group) for group in equal}
    neighbours: dict[int, set[int]] = {}
    for pair in near:
        neighbours.setdefault(pair.a, set()).add(pair.b)
        neighbours.setdefault(pair.b, set()).add(pair.a)
    ranked = sorted(near, key=lambda pair: (-pair.similarity, pair.a, pair.b))
    while True:
        waiting = []
        for pair in ranked:
            left, right = group_of[pair.a], group_of[pair.b]
            if left == right:
                continue
            if _tied(members[left], members[right], neighbours, weight):
                for index in members.pop(right):
                    group_of[index] = left
                    members[left].append(index)
            else:
                waiting.append(pair)
        if len(waiting) == len(ranked):
            break
        ranked = waiting
    whole = {group[0]: group for group in equal}
    found = [sorted(i for m in group for i in whole.get(m, [m])) for group in members.values()]
    later = {index for group in equal for index in group[1:]}
    return sorted(group for group in found if len(group) > 1 and group[0] not in later)


def _tied(
    left: Sequence[int],
    right: Sequence[int],
    neighbours: dict[int, set[int]],
    weight: dict[int, int],
) -> bool:
    """Tell whether half of the pairs between two groups are look-alikes, equals counted each."""
    mine, theirs = (sum(weight.get(i, 1) for i in group) for group in (left, right))
    alike = sum(
        weight.get(i, 1) * weight.get(j, 1)
        for i in left
        for j in neighbours.get(i, set()).intersection(right)
    )
    return alike >= _SHARE * mine * theirs
