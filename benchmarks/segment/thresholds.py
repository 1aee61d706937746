"""Otsu's thresholds beside scikit-image's and OpenCV's: the same ones, and the time they take."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.segment.sections import Section, Table, race
from imgpipe.segment import threshold

_SAID = (
    "From the image to the mask, or to labels of three classes; equal says whether these are "
    "the same. Among thousands of levels many divide nearly equally well: Otsu's threshold is "
    "rounded as scikit-image rounds it, in float32, and may be a level beside OpenCV's, in "
    "float64; for multi-Otsu it is scikit-image that rounds, and takes one that is not the "
    "best."
)


def section(quick: bool) -> Section:
    """Race whole images of 8 and of 16 bits."""
    side = 128 if quick else 1024
    rng = np.random.default_rng(0)
    bright = rng.random((side, side)) < 0.3
    noise = rng.normal(100, 20, (side, side)) + 80 * bright
    images = {"u8": noise.clip(0, 255).astype(np.uint8), "u16": (40 * noise).astype(np.uint16)}
    found, rows = Section("Thresholds", [_SAID]), []
    for name, image in images.items():
        for method, peer, theirs in _peers():
            row = _raced(image, method, theirs, quick)
            found.figures[f"{name} {method} {peer}"] = row
            rows.append((name, f"{side} x {side}", method, peer, *row.values()))
    found.body.append(Table((*_HEADER, *row), rows))
    return found


_HEADER = ("image", "size", "method", "peer")


def _peers() -> list[tuple[str, str, Callable[[np.ndarray], np.ndarray]]]:
    import cv2
    from skimage.filters import threshold_multiotsu, threshold_otsu

    cv2.setNumThreads(1)

    def by_opencv(each: np.ndarray) -> np.ndarray:
        return cv2.threshold(each, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1] != 0

    def in_classes(each: np.ndarray) -> np.ndarray:
        low, high = threshold_multiotsu(each, 3)
        return (each > low).astype(np.int32) + (each > high)

    found: list[Any] = [
        ("otsu", "scikit-image", lambda each: each > threshold_otsu(each)),
        ("otsu", "OpenCV", by_opencv),
        ("multi-otsu", "scikit-image", in_classes),
    ]
    return found


def _raced(
    image: np.ndarray, method: str, theirs: Callable[[np.ndarray], np.ndarray], quick: bool
) -> dict[str, str]:
    classes = 3 if method == "multi-otsu" else 2
    same = np.array_equal(threshold(image, method, classes=classes), theirs(image))
    mine, other = race(
        lambda: threshold(image, method, classes=classes), lambda: theirs(image), quick=quick
    )
    return {
        "equal": "yes" if same else "no",
        "ours ms": f"{1e3 * mine:.2f}",
        "peer ms": f"{1e3 * other:.2f}",
        "ratio": f"{other / mine:.1f}",
    }
