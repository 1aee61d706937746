"""Free-response ROC: sensitivity for lesions against false positives an image.

A detection that hits no lesion is a false positive. A lesion is found at a threshold if any of its
hits reaches it; its other hits count neither way. So do LUNA16 and CAMELYON16, and MONAI's
`compute_fp_tp_probs` and `compute_froc_curve_data`, of whose curve this one has every point; that
leaves out the lowest threshold where no lesion is missed. Between thresholds of the curve, and for
rates that no threshold reaches, sensitivity is interpolated as there: by a straight line, and by
that of all detections.

Intervals: patients are drawn anew, with all their images, and the whole curve is made again. From
the standard error of sensitivities follows the number of single lesions that would be as uncertain
(never more than there are), and from it Wilson's interval with Student's t for as many patients as
have lesions. A sensitivity that no draw changes is taken for that of one lesion a patient.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe._common import InputError, by_position
from imgpipe.datasets.annotations.spelling import BLANK, text_of
from imgpipe.detect.boxes import checked_boxes
from imgpipe.detect.judging.hits import HitRule
from imgpipe.detect.numbers import check_seed, whole
from imgpipe.detect.results import Froc, FrocPoint

RATES = (1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0)
"""False positives an image at which LUNA16 takes the mean sensitivity."""


def froc(
    detections: Any,
    truth: Any,
    *,
    groups: Any = None,
    rule: str = "centre",
    overlap: float | None = None,
    radius: float | None = None,
    spacing: Any = None,
    at: Sequence[float] = RATES,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Froc:
    """Score detections by the lesions that they hit and those that they invent.

    Parameters
    ----------
    detections : sequence of array_like, shapes (n, 2 * axes + 1)
        For each image, boxes with a score as last column; none are ``[]``.
    truth : sequence of array_like, shapes (m, 2 * axes)
        For each image, boxes of its lesions; an image without any counts for false positives.
    groups : sequence of str or int, optional
        Patient of each image; each image its own by default.
    rule : {"centre", "iou", "distance"}
        A hit is a detection whose middle lies in the lesion's box, or whose box overlaps it
        enough, or whose middle is near enough to the lesion's. A detection hits one lesion, that
        which it fits best.
    overlap : float, optional
        For ``"iou"``: the least intersection over union; 0.1 by default.
    radius : float, optional
        For ``"distance"``: how far the middles may be apart; half the lesion's longest side by
        default.
    spacing : tuple of float, or one for each image, optional
        Distance of pixels along each axis in mm; then `radius` and the nearest middle are in mm.
    at : sequence of float
        False positives an image at which sensitivity is given.
    n_resamples : int
        Draws of patients for the intervals.
    seed : int
        Of these draws.

    Returns
    -------
    Froc

    Raises
    ------
    InputError
        For boxes that are none, lists of different length, no image, no lesion at all, or a
        setting that is none.

    Examples
    --------
    >>> from imgpipe.detect import froc
    >>> truth = [[[2, 2, 6, 6]], [[0, 0, 3, 3]], []]
    >>> found = [[[2, 3, 6, 7, 0.9]], [[5, 5, 9, 9, 0.4]], [[1, 1, 2, 2, 0.2]]]
    >>> result = froc(found, truth, at=[0.5])
    >>> result.points[0].sensitivity, result.lesions, result.hits[1].tolist()
    (0.5, 2, [-1])
    """
    how = HitRule(rule, overlap, radius)
    if spacing is not None and rule == "iou":
        raise InputError(f"spacing={spacing!r} means nothing to rule='iou'")
    rates = _rates(at)
    if whole(n_resamples) < 2:
        raise InputError(f"n_resamples={n_resamples!r}; an integer of 2 or more is needed")
    check_seed("seed", seed)
    found, lesions = paired(detections, truth)
    patients = patients_of(groups, len(found))
    rules = _for_each(how, spacing, len(found))
    hits = tuple(
        own.hits(boxes, there) for own, boxes, there in zip(rules, found, lesions, strict=True)
    )
    best = tuple(
        _best(boxes[:, -1], hit, len(there))
        for boxes, hit, there in zip(found, hits, lesions, strict=True)
    )
    counts = _Counts.of(found, hits, best)
    if not len(counts.lesion_image):
        raise InputError("no lesion in any image: there is no sensitivity to speak of")
    once = np.ones(len(found))
    alarms, share = counts.curve(once)
    draws = _draws(counts, patients, rates, n_resamples, seed)
    with_lesions = len(np.unique(patients[counts.lesion_image]))
    values = np.interp(rates, alarms, share)
    ends = [
        _interval(value, draw, with_lesions, len(counts.lesion_image))
        for value, draw in zip(
            [*values, values.mean()], [*draws.T, draws.mean(axis=1)], strict=True
        )
    ]
    thresholds = np.concatenate([[np.inf], counts.thresholds])
    points = tuple(
        FrocPoint(float(rate), float(value), *end, float(thresholds[alarms <= rate][-1]))
        for rate, value, end in zip(rates, values, ends, strict=False)
    )
    return Froc(
        points, float(values.mean()), *ends[-1], tuple(thresholds.tolist()),
        tuple(alarms.tolist()), tuple(share.tolist()), len(found), len(np.unique(patients)),
        len(counts.lesion_image), sum(map(len, found)), _text(rules), hits, best,
    )  # fmt: skip


def _for_each(how: HitRule, spacing: Any, n: int) -> list[HitRule]:
    """Rule of each image, with its spacing."""
    several = isinstance(spacing, list | tuple) and any(
        own is None or isinstance(own, list | tuple | np.ndarray) for own in spacing
    )
    if not several:
        return [replace(how, spacing=spacing)] * n
    if len(spacing) != n:
        raise InputError(f"spacing of {len(spacing)} images, but detections of {n}")
    return [replace(how, spacing=own) for own in spacing]


def _text(rules: list[HitRule]) -> str:
    """Tell the rule in words; in pixels unless the spacing of all images is known."""
    return next((own for own in rules if own.spacing is None), rules[0]).text


def paired(detections: Any, truth: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Take the boxes of all images: of one number of axes, detections with scores."""
    given = {"detections": detections, "truth": truth}
    for name, each in given.items():
        if isinstance(each, str) or not hasattr(each, "__len__"):
            raise InputError(f"{name} is of type {type(each).__name__}; give a list, one an image")
    if len(detections) != len(truth):
        raise InputError(f"detections of {len(detections)} images, but truth of {len(truth)}")
    if not len(truth):
        raise InputError("detections and truth are empty; give those of one image or more")
    axes: int | None = None
    taken: dict[str, list[np.ndarray]] = {"truth": [], "detections": []}
    for name, all_boxes in taken.items():
        for i, boxes in enumerate(by_position(given[name], name)):
            scored = name == "detections"
            rows = checked_boxes(boxes, f"{name} of image {i}", axes=axes, scored=scored)
            axes = rows.shape[1] // 2 if len(rows) else axes
            all_boxes.append(rows)
    return taken["detections"], taken["truth"]


class _Counts:
    """Each false positive and each lesion with its image and its place among the thresholds."""

    def __init__(self, alarms: list[np.ndarray], best: Sequence[np.ndarray]) -> None:
        self.alarm_image = np.repeat(np.arange(len(alarms)), [len(each) for each in alarms])
        self.lesion_image = np.repeat(np.arange(len(best)), [len(each) for each in best])
        scores, lesions = np.concatenate(alarms), np.concatenate(best)
        known = np.concatenate([scores, lesions[lesions > -np.inf]])
        self.thresholds = np.unique(known)[::-1]
        rank = len(self.thresholds) - np.searchsorted(self.thresholds[::-1], known) - 1
        self.alarm_rank, self.found_rank = rank[: len(scores)], rank[len(scores) :]
        self.found_image = self.lesion_image[lesions > -np.inf]

    @classmethod
    def of(
        cls, found: list[np.ndarray], hits: Sequence[np.ndarray], best: Sequence[np.ndarray]
    ) -> "_Counts":
        alarms = [boxes[hit < 0, -1] for boxes, hit in zip(found, hits, strict=True)]
        return cls(alarms, best)

    def curve(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give false positives an image and sensitivity, with images counted `weights` times."""
        lesions = weights[self.lesion_image].sum()
        return (
            self._reached(self.alarm_rank, weights[self.alarm_image]) / weights.sum(),
            self._reached(self.found_rank, weights[self.found_image]) / lesions,
        )

    def _reached(self, rank: np.ndarray, weights: np.ndarray) -> np.ndarray:
        each = np.bincount(rank, weights, len(self.thresholds))
        return np.concatenate([[0.0], np.cumsum(each)])


def _draws(
    counts: _Counts, patients: np.ndarray, rates: np.ndarray, n_resamples: int, seed: int
) -> np.ndarray:
    """Sensitivity at each rate in each draw of patients that has a lesion, (draws, rates)."""
    rng = np.random.default_rng(seed)
    names, member = np.unique(patients, return_inverse=True)
    drawn = []
    for _ in range(n_resamples):
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        weights = times[member].astype(float)
        if weights[counts.lesion_image].any():
            drawn.append(np.interp(rates, *counts.curve(weights)))
    return np.array(drawn).reshape(-1, len(rates))


def _interval(value: float, draws: np.ndarray, patients: int, lesions: int) -> tuple[float, float]:
    """Wilson's interval of as many single lesions as would leave the value as uncertain."""
    from scipy.special import stdtrit

    if patients < 2 or len(draws) < 2:
        return float("nan"), float("nan")
    freedom = patients - 1
    variance = draws.var(ddof=1) * (freedom + 1) / freedom
    below = value * (1 - value)
    alike = variance < 1e-24 or below < 1e-12
    effective = patients if alike else min(below / variance, lesions)
    z2 = stdtrit(freedom, 0.975) ** 2 / effective
    middle = (value + z2 / 2) / (1 + z2)
    reach = np.sqrt(z2 * below + z2**2 / 4) / (1 + z2)
    return float(max(0.0, min(value, middle - reach))), float(min(1.0, max(value, middle + reach)))


def _best(scores: np.ndarray, hit: np.ndarray, n: int) -> np.ndarray:
    """Highest score among the hits of each lesion."""
    best = np.full(n, -np.inf)
    np.maximum.at(best, hit[hit >= 0], scores[hit >= 0])
    return best


def _rates(at: Any) -> np.ndarray:
    try:
        rates = np.atleast_1d(np.asarray(at, np.float64))
    except (TypeError, ValueError):
        rates = np.empty(0)
    if rates.ndim != 1 or not len(rates) or not (np.isfinite(rates) & (rates >= 0)).all():
        raise InputError(f"at={at!r}; numbers of false positives an image, 0 or more, are needed")
    return rates


def patients_of(groups: Any, n: int) -> np.ndarray:
    """Code of each image's patient."""
    if groups is None:
        return np.arange(n)
    groups = np.asarray(by_position(groups, "groups"), object)
    if groups.shape != (n,):
        raise InputError(f"groups has shape {groups.shape}, but there are {n} images")
    names = [text_of(name).strip() for name in groups]
    unknown = [i for i, name in enumerate(names) if name in BLANK or name == "NaT"]
    if unknown:
        raise InputError(f"groups: the patient of image {unknown[0]} is not known; name each")
    return np.unique(names, return_inverse=True)[1]
