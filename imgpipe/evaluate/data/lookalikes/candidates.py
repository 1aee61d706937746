"""Pairs worth laying over one another: magnitudes first, then phases."""

from typing import NamedTuple

import numpy as np

from imgpipe.evaluate.data.lookalikes.spectra import (
    TURNS,
    Spectra,
    magnitudes,
    phases,
    turned,
    waves,
)

_SHARE = 0.006  # of all pairs, whose magnitudes are the most alike
_AT_LEAST = 100_000  # pairs looked at in any case
_FLOOR = 0.15  # correlation of magnitudes
_PHASE = 0.56  # correlation of phases; 995 of 1,000 planted copies have .62 and more
_PHASE_LARGE = 0.72  # of images from 40 pixels on, where there are many pairs to look at
_MANY = 50_000
_UNTURNED = 0.02  # by which a turned image must look better: a round spot looks alike any way
_ROWS = 4_000_000  # values of a block of pairs
_ENTRIES = 16_384
_STEP = 0.7  # pixels between shifts that are tried
_SAMPLED = 1500


class Candidates(NamedTuple):
    """Pairs, the turn of the second of each, and its shift in pixels of the spectra's images."""

    pairs: np.ndarray
    turns: np.ndarray
    shifts: np.ndarray


def candidates(found: Spectra, most_shift: float, large: bool = False) -> Candidates:
    """Find the pairs that may be copies, each with its likeliest turn and shift.

    Of `large` images less is left to chance, and where pairs abound fewer are taken.
    """
    entries = _alike_in_magnitude(magnitudes(found))
    count = int(np.ceil(most_shift / _STEP))
    steps = _STEP * np.arange(-count, count + 1)
    shifts = np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2)
    pairs, turns, places, scores = _alike_in_phase(
        phases(found), entries, waves(found.side, shifts)
    )
    keep = scores >= _PHASE
    if large and keep.sum() > _MANY:
        keep = scores >= _PHASE_LARGE
    pairs, turns, places, scores = pairs[keep], turns[keep], places[keep], scores[keep]
    # of several turns of one pair, the best
    order = np.lexsort((-scores - _UNTURNED * (turns == 0), pairs[:, 1], pairs[:, 0]))
    ordered = pairs[order]
    first = np.ones(len(order), bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    best = order[first]
    return Candidates(pairs[best], turns[best], -shifts[places[best]])


def _alike_in_magnitude(views: list[np.ndarray]) -> list[np.ndarray]:
    """Pairs (i < j) for each view of j, above a correlation that few pairs reach."""
    plain, n = views[0], len(views[0])
    least = _least(views)
    rows = max(1, _ROWS // n)
    found: list[list[np.ndarray]] = [[] for _ in views]
    for start in range(0, n, rows):
        block = plain[start : start + rows]
        for view, pairs in zip(views, found, strict=True):
            score = block @ view[start:].T
            i, j = np.divmod(np.flatnonzero(score >= least), score.shape[1])
            above = j > i
            pairs.append(np.stack([i[above] + start, j[above] + start], axis=1))
    return [np.concatenate(pairs) for pairs in found]


def _least(views: list[np.ndarray]) -> float:
    """Correlation that the wanted share of pairs reaches, in a sample of them."""
    n = len(views[0])
    share = max(_SHARE, _AT_LEAST / max(1, n * (n - 1) // 2))
    if share >= 1:
        return -np.inf
    sample = np.unique(np.linspace(0, n - 1, min(n, _SAMPLED)).astype(np.intp))
    best = np.max([views[0][sample] @ view[sample].T for view in views], axis=0)
    values = best[np.triu_indices(len(sample), 1)]
    return max(_FLOOR, float(np.quantile(values, 1 - share)))


def _alike_in_phase(
    values: np.ndarray, entries: list[np.ndarray], wave: np.ndarray
) -> tuple[np.ndarray, ...]:
    """For each entry the better of its two half turns, with its best shift."""
    plain = values[:, turned(0)]
    parts = []
    for pairs, turns in zip(entries, TURNS, strict=True):
        view = values[:, turned(turns[0])]
        for start in range(0, len(pairs), _ENTRIES):
            part = pairs[start : start + _ENTRIES]
            a, b = plain[part[:, 0]], view[part[:, 1]]
            # the spectrum of an image turned by 180 degrees is the conjugate
            (place, score), (other, reverse) = (
                _best_shift(a * np.conj(b), wave),
                _best_shift(a * b, wave),
            )
            upside = reverse > score + _UNTURNED * (turns[0] == 0)
            parts.append(
                (
                    part,
                    np.where(upside, turns[1], turns[0]),
                    np.where(upside, other, place),
                    np.where(upside, reverse, score),
                )
            )
    if not parts:
        return np.empty((0, 2), np.intp), *(np.empty(0, np.intp) for _ in range(3))
    return tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _best_shift(cross: np.ndarray, wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    score = np.concatenate([cross.real, cross.imag], axis=1) @ wave
    place = score.argmax(axis=1)
    return place, score[np.arange(len(score)), place]
