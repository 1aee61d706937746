"""Nuclei of the Data Science Bowl 2018: the recipe `cells` beside Otsu's threshold."""

from collections.abc import Callable

import numpy as np

from benchmarks.segment.sections import Goal, Section, Table, data, dice
from imgpipe.segment import recipe

CHOSEN_ON = 100  # images on which the recipe's parameters were chosen; all others are judged once
DICE, PRECISION = 0.90, 0.75

_SAID = (
    "Fluorescence images of 256 x 256 pixels, 8 bits; nothing is trained. The parameters of "
    "`cells` were chosen on the first 100 images, then it was scored once on the other 234. "
    "Dice is that of the foreground. Average precision is TP / (TP + FP + FN) of an image, "
    "where a nucleus is found (TP) if the intersection over union with one of the reference is "
    "above 0.5. Both are means over images. Otsu's parts are what hangs together above its "
    "threshold."
)


def section(quick: bool) -> Section:
    """Score both on the images of the choice, and on the others."""
    with np.load(data("nuclei", "dsb2018_nuclei_256.npz")) as archive:
        images, labels = archive["images"], archive["labels"]
    step = 10 if quick else 1
    parts = {
        f"first {CHOSEN_ON}": slice(0, CHOSEN_ON, step),
        "others": slice(CHOSEN_ON, None, step),
    }
    found = Section("Nuclei", [_SAID])
    rows = []
    for name, segment in (("Otsu", _otsu), ("cells", recipe("cells"))):
        for part, which in parts.items():
            row = _scored(segment, images[which], labels[which])
            found.figures[f"{name}, {part}"] = row
            figures = [f"{row[key]:.3f}" for key in ("dice", "average precision", "count error")]
            rows.append((name, part, str(int(row["images"])), *figures))
    found.body.append(Table(_HEADER, rows))
    judged = found.figures["cells, others"]
    found.goals += [
        Goal("cells dice", "Nuclei: mean Dice of `cells`", DICE, judged["dice"]),
        Goal(
            "cells precision",
            "Nuclei: mean average precision of `cells` at IoU 0.5",
            PRECISION,
            judged["average precision"],
        ),
    ]
    return found


_HEADER = ("method", "images", "number", "Dice", "average precision", "error of the count")


def _otsu(image: np.ndarray) -> np.ndarray:
    from skimage.filters import threshold_otsu
    from skimage.measure import label

    return np.asarray(label(image > threshold_otsu(image)))


def _scored(
    segment: Callable[[np.ndarray], np.ndarray], images: np.ndarray, labels: np.ndarray
) -> dict[str, float]:
    """Means over images; the error of a count is a share of the reference's."""
    scores = []
    for image, reference in zip(images, labels, strict=True):
        found = segment(image)
        n, true = _number(found), _number(reference)
        scores.append((dice(found, reference), precision(found, reference), abs(n - true) / true))
    names = ("dice", "average precision", "count error")
    means = np.mean(scores, axis=0)
    return {"images": float(len(images))} | dict(zip(names, means.tolist(), strict=True))


def _number(labels: np.ndarray) -> int:
    return int(np.count_nonzero(np.unique(labels)))


def precision(found: np.ndarray, reference: np.ndarray) -> float:
    """TP / (TP + FP + FN) at IoU 0.5, written out; above a half an object has one partner only."""
    hits = 0
    for each in np.unique(found[found > 0]):
        here = found == each
        met, shared = np.unique(reference[here], return_counts=True)
        for other, n in zip(met[met > 0], shared[met > 0], strict=True):
            union = np.count_nonzero(here) + np.count_nonzero(reference == other) - n
            hits += bool(n > 0.5 * union)
    total = _number(found) + _number(reference) - hits
    return hits / total if total else 1.0
