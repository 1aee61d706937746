"""A detector that was trained before on images of a source: what it finds, and how well."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError, MissingPackage, track
from imgpipe._common.reasons import NO_REASON, Reason
from imgpipe._common.texts import say
from imgpipe._runtime.workers import in_chunks
from imgpipe.datasets.naming import reason_of
from imgpipe.detect.cross_validation import scored_run
from imgpipe.detect.drawing import drawn
from imgpipe.detect.fitted import FittedDetector
from imgpipe.detect.lesions import Lesions
from imgpipe.detect.results import DetectionRun
from imgpipe.images import Images, write


@dataclass(frozen=True, eq=False)
class ImageBoxes:
    """What a detector found in one image.

    Parameters
    ----------
    id : str
    boxes : ndarray of float64, shape (n, 2 * axes + 1)
        Boxes with a score; none where `reason` says why.
    overlay : Path or None
        Of the picture.
    reason : Reason
    """

    id: str
    boxes: np.ndarray
    overlay: Path | None = None
    reason: Reason = NO_REASON


class _Task(NamedTuple):
    images: Images
    detector: FittedDetector
    threshold: float
    overlay: Path | None


def find_in(
    images: Images,
    detector: FittedDetector,
    *,
    threshold: float = 0.5,
    overlays: str | os.PathLike[str] | None = None,
    n_jobs: int | None = None,
) -> tuple[ImageBoxes, ...]:
    """Detect image by image; one that cannot be used gets its reason and the others go on.

    Parameters
    ----------
    images : Images
    detector : FittedDetector
    threshold : float
        Score from which on boxes are drawn.
    overlays : path-like, optional
        Folder of pictures, called as their images are.
    n_jobs : int, optional
        Images at a time; None means 1.

    Returns
    -------
    tuple of ImageBoxes
    """
    found = in_chunks(_found, _tasks(images, detector, threshold, overlays), n_jobs)
    return tuple(track(found, "detecting", len(images), lines=True))


def overlay_paths(images: Images, folder: str | os.PathLike[str]) -> list[Path]:
    """Name the picture of each image."""
    from imgpipe.tables.mask_files.names import named

    root = Path(os.path.abspath(folder))
    return [root / f"{each.stem}.png" for each in named(images.items, images.ids)]


def judge(
    found: tuple[ImageBoxes, ...],
    lesions: Lesions,
    detector: FittedDetector,
    *,
    seed: int = 0,
    rate: float = 1.0,
) -> DetectionRun:
    """Score what was found by the lesions that are known: a run of no folds.

    Parameters
    ----------
    found : tuple of ImageBoxes
        One an image.
    lesions : Lesions
    detector : FittedDetector
    seed : int
        Of the intervals.
    rate : float
        As in `cross_validate`.

    Returns
    -------
    DetectionRun

    Raises
    ------
    InputError
        If an image could not be used.
    """
    start = time.perf_counter(), time.process_time()
    for each in found:
        if each.reason.message:
            raise InputError(each.reason.message)
    if detector.data_hash == lesions.data_hash:
        seen = say("these are the images that the detector was trained on: scores are too good")
        lesions = replace(lesions, warnings=(*lesions.warnings, seen))
    look, hit = detector.look, detector.hit
    settings: dict[str, Any] = {
        "polarity": look.polarity, "sigmas": look.sigmas, "candidates": look.most,
        "families": "none" if not look.families else ", ".join(look.families),
        "patch_size": look.side, "nms": detector.nms, "rule": hit.rule,
    }  # fmt: skip
    how = {name: getattr(hit, name) for name in ("rule", "overlap", "radius")}
    return scored_run(
        lesions, [each.boxes for each in found], np.zeros(len(found), int), how,
        model=detector.model, settings=settings, folds=0, seed=seed, rate=rate, start=start,
    )  # fmt: skip


def _tasks(
    images: Images,
    detector: FittedDetector,
    threshold: float,
    overlays: str | os.PathLike[str] | None,
) -> Iterator[_Task]:
    paths = [None] * len(images) if overlays is None else overlay_paths(images, overlays)
    for n, path in enumerate(paths):
        yield _Task(images[n : n + 1], detector, threshold, path)


def _found(task: _Task) -> ImageBoxes:
    name, axes = task.images.ids[0], task.detector.n_axes_
    nothing = np.empty((0, 2 * axes + 1))
    try:
        image = task.images[0]
        if len(image.spatial_shape) != axes:
            kinds = {2: "images", 3: "volumes"}
            raise InputError(
                f"has {len(image.spatial_shape)} axes; the detector was trained on {kinds[axes]}"
            )
        boxes = task.detector.predict(task.images)[0]
        if task.overlay is not None:
            task.overlay.parent.mkdir(parents=True, exist_ok=True)
            write(task.overlay, drawn(image, boxes[boxes[:, -1] >= task.threshold]),
                  channel_axis=-1)  # fmt: skip
    except MissingPackage:
        raise  # which no other image would have
    except (InputError, OSError) as error:
        return ImageBoxes(name, nothing, reason=reason_of(name, error))
    return ImageBoxes(name, boxes, task.overlay)
