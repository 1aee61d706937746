"""Blobs beside scikit-image's: the same ones, and the time they take."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.segment.sections import Goal, Section, Table, race
from imgpipe.detect import blobs

FASTER = 5  # times


def section(quick: bool) -> Section:
    """Race both methods on images of spots and of noise, and on a volume."""
    from skimage.feature import blob_dog, blob_log

    side = 128 if quick else 512
    noise = np.random.default_rng(0).random((side, side))
    images = {
        "spots u8": (_spots(side), 0.1),
        "noise f64": (noise, 0.2),
        "noise f32": (noise.astype(np.float32), 0.2),
        "volume f32": (_volume(24 if quick else 64), 0.1),
    }
    found = Section("Blobs", [_SAID])
    rows = []
    for name, (image, threshold) in images.items():
        for method, peer in (("log", blob_log), ("dog", blob_dog)):
            row = _raced(name, image, threshold, method, peer, quick)
            rows.append(tuple(row.values()))
            found.figures[f"{name} {method}"] = row
            key, ratio = f"blobs {name} {method}", float(row["ratio"])
            text = f"Blobs of {name}: equal to those of {peer.__name__}"
            found.goals.append(Goal(f"{key} equal", text, 1, float(row["equal"] == "yes")))
            if image.ndim == 2 and method == "log":
                text = f"Blobs of {name}, {row['size']}: times as fast as {peer.__name__}"
                found.goals.append(Goal(key, text, FASTER, ratio))
    found.body.append(Table(tuple(row), rows))
    return found


_SAID = (
    "Sigmas from 1 to 30 (8 in the volume), 10 scales or a ratio of 1.6, not refined. Equal are "
    "rows in the same order, to the last bit."
)


def _raced(
    name: str,
    image: np.ndarray,
    threshold: float,
    method: Any,
    peer: Callable[..., Any],
    quick: bool,
) -> dict[str, str]:
    widest = 30 if image.ndim == 2 else 8

    def ours() -> np.ndarray:
        return blobs(image, max_sigma=widest, method=method, threshold=threshold, refine=False)

    def theirs() -> np.ndarray:
        return peer(image, min_sigma=1, max_sigma=widest, threshold=threshold)

    found = ours()
    equal = np.array_equal(found, theirs())
    mine, other = race(ours, theirs, quick=quick)
    return {
        "image": name,
        "size": " x ".join(map(str, image.shape)),
        "peer": peer.__name__,
        "blobs": str(len(found)),
        "equal": "yes" if equal else "**no**",
        "ours ms": f"{1e3 * mine:.1f}",
        "peer ms": f"{1e3 * other:.1f}",
        "ratio": f"{other / mine:.1f}",
    }


def _spots(side: int) -> np.ndarray:
    """Gaussian spots of many sizes, 8 bits."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side]
    total = np.zeros((side, side))
    for _ in range(150):
        (cy, cx), sigma = rng.random(2) * side, rng.uniform(2, 20)
        total += rng.uniform(0.3, 1) * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * sigma**2))
    return (np.clip(1.5 * total / total.max(), 0, 1) * 250).astype(np.uint8)


def _volume(side: int) -> np.ndarray:
    """Smooth noise, float32 from 0 to 1."""
    from scipy import ndimage

    noise = ndimage.gaussian_filter(np.random.default_rng(2).random((side,) * 3), 1.5)
    return ((noise - noise.min()) / np.ptp(noise)).astype(np.float32)
