"""The detector beside its candidates alone: FROC on synthetic scans, and on BUSI."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.segment.sections import Absent, Goal, Section, Table, data
from imgpipe.datasets import synthetic_lesions
from imgpipe.detect import Detector, Froc, boxes_of, froc
from imgpipe.images import Images

SEEDS = (0, 1, 2)
"""Of the sets that are scored, 0 being the registered one; settings were chosen on 100 and 101."""
RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
FOLDS, BUSI_FOLDS = 5, 2
SENSITIVITY = 0.85


def section(quick: bool) -> Section:
    """Sensitivity at each rate, each image judged by a detector that saw none of its patient."""
    found = Section("Detection")
    _synthetic(found, SEEDS[:1] if quick else SEEDS, quick)
    try:
        _breast(found, quick)
    except Absent as error:
        found.body.append(f"Lesions of the breast are left out: no {error}.")
    return found


def _synthetic(found: Section, seeds: Sequence[int], quick: bool) -> None:
    rows, reached = [], []
    for seed in seeds:
        judged = _scored(
            synthetic_lesions(seed=seed), ["svm"] if quick or seed else ["svm", "forest"]
        )
        reached.append(judged["svm"].sensitivity_at(1.0))
        rows += [_row(found, f"seed {seed}", name, result) for name, result in judged.items()]
    for difficulty in () if quick else (0.7,):
        judged = _scored(synthetic_lesions(seed=0, difficulty=difficulty), ["svm"])
        where = f"seed 0, difficulty {difficulty}"
        rows += [_row(found, where, name, result) for name, result in judged.items()]
    found.body += [
        f"`synthetic-lesions` (120 scans of 40 patients, difficulty 0.5), {FOLDS} folds by "
        "patient, `Detector` by default: share of lesions that are hit (the middle of a box lies "
        "in the lesion's box) at a number of false positives an image, with 95 % intervals over "
        "patients at one. *candidates* are scored by the response of their blob; *all* is what "
        "all boxes hit. Settings were chosen on sets of other seeds.",
        Table(_HEADER, rows),
    ]
    text = "Synthetic scans: sensitivity of `Detector` at one false positive an image, lowest set"
    found.goals.append(Goal("detection", text, SENSITIVITY, min(reached)))


def _breast(found: Section, quick: bool) -> None:
    with np.load(data("busi", "busi_128.npz")) as archive:
        images, masks = archive["images"], archive["masks"]
    step = 10 if quick else 2
    images, truth = Images(images[::step]), [boxes_of(mask) for mask in masks[::step]]
    folds = np.random.default_rng(0).permutation(np.arange(len(truth)) % BUSI_FOLDS)
    judged = _judged(images, truth, np.arange(len(truth)), folds, ["svm"], polarity="dark")
    rows = [_row(found, f"BUSI, {len(truth)}", name, result) for name, result in judged.items()]
    found.body += [
        f"Breast ultrasound (BUSI, 128 x 128, every second image), dark lesions, {BUSI_FOLDS} "
        "folds of images: patients are not known and some images are look-alikes, so that these "
        "figures are too good. No setting was chosen on it.",
        Table(_HEADER, rows),
    ]


_HEADER = (
    "images", "boxes of", *(f"at {rate:g}" for rate in RATES), "interval at 1", "all",
)  # fmt: skip


def _scored(dataset: Any, models: list[str]) -> dict[str, Froc]:
    truth = [boxes_of(mask, each="label") for mask in dataset.masks]
    patients = np.unique(dataset.groups, return_inverse=True)[1]
    fold_of = np.random.default_rng(0).permutation(np.arange(patients.max() + 1) % FOLDS)
    return _judged(dataset.images, truth, patients, fold_of[patients], models)


def _judged(
    images: Images,
    truth: list[np.ndarray],
    patients: np.ndarray,
    folds: np.ndarray,
    models: list[str],
    **settings: Any,
) -> dict[str, Froc]:
    """Detect in each fold after training on the others; the candidates are those of the first."""
    found: dict[str, list[Any]] = {name: [None] * len(truth) for name in ["candidates", *models]}
    for fold in np.unique(folds):
        train, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        for name in models:
            detector = Detector(name, **settings)
            detector.fit(images[train], [truth[i] for i in train], groups=patients[train])
            for i, boxes in zip(held, detector.predict(images[held]), strict=True):
                found[name][i] = boxes
        for i, boxes in zip(held, detector.find_candidates(images[held]), strict=True):
            found["candidates"][i] = boxes
    return {name: froc(rows, truth, groups=patients, at=RATES) for name, rows in found.items()}


def _row(found: Section, where: str, name: str, result: Froc) -> tuple[str, ...]:
    at_one = result.points[RATES.index(1.0)]
    found.figures[f"{where}, {name}"] = {
        "rates": list(RATES),
        "sensitivity": [point.sensitivity for point in result.points],
        "low at one": at_one.low,
        "high at one": at_one.high,
        "all": result.sensitivity[-1],
    }
    figures = [f"{point.sensitivity:.3f}" for point in result.points]
    return (where, name, *figures, f"{at_one.low:.2f} to {at_one.high:.2f}",
            f"{result.sensitivity[-1]:.3f}")  # fmt: skip
