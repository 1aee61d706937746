"""A detector judged on images of patients that it has not seen."""

import math
import time
from typing import Any

import numpy as np

from imgpipe._common import InputError, track
from imgpipe.detect.froc import froc
from imgpipe.detect.judging.folds import lesion_folds
from imgpipe.detect.judging.pictures import pictures_of
from imgpipe.detect.lesions import Lesions
from imgpipe.detect.numbers import check_seed, real
from imgpipe.detect.results import DetectionRun, HeldOut


def cross_validate(
    lesions: Lesions,
    model: str = "svm",
    *,
    folds: int = 5,
    seed: int = 0,
    rate: float = 1.0,
    min_size: float | None = None,
    max_size: float | None = None,
    n_jobs: int | None = None,
    **settings: Any,
) -> DetectionRun:
    """Train a detector on all folds but one, detect in that one, and score all of them together.

    Parameters
    ----------
    lesions : Lesions
        From `load_lesions`. A patient's images stand in one fold; without patients, each image is
        taken for one patient's.
    model : str
        A name of `imgpipe.learn.CLASSIFIERS`.
    folds : int
    seed : int
        Of folds, detectors and intervals.
    rate : float
        False positives an image at which misses and false alarms are shown.
    min_size, max_size : float, optional
        Diameters of lesions, in mm where images have a spacing, else in pixels. By default those
        of the lesions trained on.
    n_jobs : int, optional
        Images at a time.
    **settings
        Of the `Detector`; its `rule` is that of `froc`, too.

    Returns
    -------
    DetectionRun

    Raises
    ------
    InputError
        With fewer patients than folds, lesions in one patient only, or a setting that is none.

    Examples
    --------
    >>> from imgpipe.detect import cross_validate, load_lesions
    >>> run = cross_validate(load_lesions("synthetic-lesions"), folds=3)  # doctest: +SKIP
    >>> run.froc.mean  # doctest: +SKIP
    """
    if not 0 <= real(rate) < np.inf:
        raise InputError(f"rate={rate!r}; false positives an image, 0 or more, are needed")
    check_seed("seed", seed)
    start = time.perf_counter(), time.process_time()
    n = len(lesions.images)
    codes = np.arange(n) if lesions.patients is None else _codes(lesions.patients)
    fold_of = lesion_folds(codes, np.array([len(b) for b in lesions.boxes]), folds, seed)
    settings |= _scales(min_size, max_size, lesions)
    found = _detected(lesions, codes, fold_of, model, seed, {**settings, "n_jobs": n_jobs})
    how: dict[str, Any] = {
        name: settings[name] for name in ("rule", "overlap", "radius") if name in settings
    }
    return scored_run(
        lesions, found, fold_of, how, model=model, settings=settings, folds=folds, seed=seed,
        rate=rate, start=start,
    )  # fmt: skip


def scored_run(
    lesions: Lesions,
    found: list[np.ndarray],
    fold_of: np.ndarray,
    how: dict[str, Any],
    *,
    model: str,
    settings: dict[str, Any],
    folds: int,
    seed: int,
    rate: float,
    start: tuple[float, float],
) -> DetectionRun:
    """Score what was found in all images together.

    Parameters
    ----------
    lesions : Lesions
    found : list of ndarray
        Boxes with scores, of each image.
    fold_of : ndarray of int
        Fold of each image.
    how : dict
        Of the rule, as `froc` takes it.
    model, settings, folds, seed, rate
        As `DetectionRun` has them.
    start : (float, float)
        Seconds of the clock and of the CPU when it began.

    Returns
    -------
    DetectionRun
    """
    known = lesions.patients
    names = np.array(lesions.images.ids) if known is None else known
    codes = np.arange(len(names)) if known is None else _codes(known)
    if how.get("rule", "centre") != "iou" and any(lesions.spacings):
        how = {**how, "spacing": lesions.spacings}
    scored = froc(found, lesions.boxes, groups=codes, seed=seed, **how)
    held = tuple(
        HeldOut(lesions.images.ids[i], str(names[i]), int(fold_of[i]), lesions.boxes[i], found[i],
                scored.hits[i], scored.best[i])
        for i in range(len(names))
    )  # fmt: skip
    threshold = scored.threshold_at(rate)
    return DetectionRun(
        name=lesions.name,
        model=model,
        settings=settings,
        froc=scored,
        images=held,
        folds=folds,
        seed=seed,
        grouped=known is not None,
        rate=rate,
        threshold=threshold,
        pictures=pictures_of(lesions.images, held, threshold),
        warnings=lesions.warnings,
        data_hash=lesions.data_hash,
        wall_seconds=time.perf_counter() - start[0],
        cpu_seconds=time.process_time() - start[1],
    )


def trained_on_all(lesions: Lesions, run: DetectionRun, n_jobs: int | None = None) -> Any:
    """Fit a detector of a run's settings on all images.

    Parameters
    ----------
    lesions : Lesions
        Those of the run.
    run : DetectionRun
        From `cross_validate`.
    n_jobs : int, optional
        Images at a time.

    Returns
    -------
    Detector
    """
    from imgpipe.detect.detector import Detector

    groups = None if lesions.patients is None else _codes(lesions.patients)
    detector = Detector(run.model, random_state=run.seed, n_jobs=n_jobs, **run.settings)
    return detector.fit(lesions.images, list(lesions.boxes), groups=groups)


def _codes(patients: np.ndarray) -> np.ndarray:
    return np.unique(patients, return_inverse=True)[1]


def _scales(min_size: Any, max_size: Any, lesions: Lesions) -> dict[str, float]:
    """Scales of blobs with these diameters."""
    given = {"min_size": min_size, "max_size": max_size}
    for name, size in given.items():
        if size is not None and not 0 < real(size) < math.inf:
            raise InputError(f"{name}={size!r} must be a number above 0")
    if min_size is not None and max_size is not None and min_size > max_size:
        raise InputError(f"min_size={min_size!r} is larger than max_size={max_size!r}")
    smallest, largest = lesions.sizes
    if min_size is not None and max_size is None and min_size > largest:
        raise InputError(f"min_size={min_size!r} is larger than the largest lesion, {largest:.4g}")
    if max_size is not None and min_size is None and max_size < smallest:
        raise InputError(f"max_size={max_size!r} is below the smallest lesion, {smallest:.4g}")
    return {
        name.replace("size", "sigma"): size / 2 / math.sqrt(lesions.axes)
        for name, size in given.items()
        if size is not None
    }


def _detected(
    lesions: Lesions,
    patients: np.ndarray,
    fold_of: np.ndarray,
    model: str,
    seed: int,
    settings: dict[str, Any],
) -> list[np.ndarray]:
    """Detect in each image by a detector that was trained on the other folds."""
    from imgpipe.detect.detector import Detector

    found: list[Any] = [None] * len(fold_of)
    for fold in track(np.unique(fold_of), "folds", lines=True):
        train, held = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        detector = Detector(model, random_state=seed, **settings)
        boxes = [lesions.boxes[i] for i in train]
        detector.fit(lesions.images[train], boxes, groups=patients[train])
        for i, rows in zip(held, detector.predict(lesions.images[held]), strict=True):
            found[i] = rows
    return found
