"""What could make a score too good: equal images, near-equal ones, patients on both sides."""

from collections.abc import Sequence

import numpy as np

from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.results import DuplicatePair
from imgpipe.evaluate.wording import count

_ALIKE_BITS = 6  # bits that near-duplicates may differ in
_ALIKE_PIXELS = 0.999  # least correlation of their reductions
_MOST_COMPARED = 20_000  # images for which all pairs are compared
_MOST_LISTED = 1000
_BLOCK = 4_000_000


def trained_on_warnings(survey: Survey, trained_on: frozenset[str] | None) -> list[str]:
    """Say how many of the judged images the model was trained on, as far as that is known."""
    if not trained_on:
        return []
    known = sum(digest.hex() in trained_on for digest in survey.digests)
    if not known:
        return []
    were = "was" if known == 1 else "were"
    return [
        f"{known} of {len(survey.digests)} images {were} used to train this model: scores on them "
        "are too good"
    ]


def duplicates(
    survey: Survey, ids: Sequence[str], labels: np.ndarray, places: Sequence[str | None]
) -> tuple[tuple[DuplicatePair, ...], list[str]]:
    """List equal and nearly equal images, and say in words what is wrong about them.

    Parameters
    ----------
    survey : Survey
        Of all images.
    ids, labels, places : sequence
        Of each image: its id, its label, and its split or fold.

    Returns
    -------
    (pairs, warnings)
        At most 1000 pairs, the exact ones first; an image equal to several others is paired with
        the first of them.
    """
    exact = _exact_pairs(survey.digests)
    near = _near_pairs(survey, exact)
    pairs = [
        DuplicatePair(
            str(ids[a]), str(ids[b]), places[a], places[b], bool(labels[a] == labels[b]), same
        )
        for same, listed in ((True, exact), (False, near))
        for a, b in listed
    ]
    warnings = _complaints(pairs)
    if len(survey.digests) > _MOST_COMPARED:
        warnings.append(
            f"near-duplicates were not searched for among {len(survey.digests)} images "
            f"(the limit is {_MOST_COMPARED}); exact ones were"
        )
    return tuple(pairs[:_MOST_LISTED]), warnings


def _complaints(pairs: list[DuplicatePair]) -> list[str]:
    """Count the duplicates that matter, by kind."""
    warnings = []
    for same, word in ((True, "exact duplicates"), (False, "near-duplicates")):
        kind = [pair for pair in pairs if pair.exact is same]
        if not kind:
            continue
        across = sum(pair.split_a != pair.split_b for pair in kind)
        torn = sum(not pair.same_label for pair in kind)
        text = f"{count(len(kind), 'pair')} of {word}"
        details = []
        if across:
            details.append(f"{across} across splits or folds, so scores may be too good")
        if torn:
            details.append(f"{torn} with two different labels")
        warnings.append(f"{text}: {'; '.join(details)}" if details else text)
    return warnings


def _exact_pairs(digests: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Pair each image that was seen before with its first appearance."""
    first: dict[bytes, int] = {}
    pairs = []
    for index, digest in enumerate(digests):
        seen = first.setdefault(digest, index)
        if seen != index:
            pairs.append((seen, index))
    return pairs


def _near_pairs(survey: Survey, exact: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs with nearly the same signs of horizontal change and nearly the same pixels."""
    later = {b for _, b in exact}
    kept = np.array([i for i in range(len(survey.digests)) if i not in later], dtype=np.intp)
    reduced = survey.reduced[kept]
    flat = reduced.reshape(len(reduced), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(flat, axis=1)
    # a constant image resembles everything and nothing
    kept, reduced, flat, norm = (values[norm > 0] for values in (kept, reduced, flat, norm))
    if not 2 <= len(kept) <= _MOST_COMPARED:
        return []
    signs = np.packbits(np.diff(reduced, axis=2).reshape(len(kept), -1) > 0, axis=1)
    bits: np.ndarray = signs.view(np.uint64)
    pairs = []
    rows = max(1, _BLOCK // len(kept))
    for start in range(0, len(kept), rows):
        block = bits[start : start + rows]
        differing = np.zeros((len(block), len(kept)), np.uint16)
        for word in range(bits.shape[1]):
            differing += np.bitwise_count(block[:, None, word] ^ bits[None, :, word])
        for a, b in np.argwhere(differing <= _ALIKE_BITS):
            i = start + a
            if i < b and flat[i] @ flat[b] >= _ALIKE_PIXELS * norm[i] * norm[b]:
                pairs.append((int(kept[i]), int(kept[b])))
    return pairs
