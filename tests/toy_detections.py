"""Detections in small images whose lesions are known, as a detector's run has them."""

import numpy as np

from imgpipe.detect import DetectionRun, HeldOut, froc
from imgpipe.detect.judging.pictures import pictures_of
from imgpipe.images import Images


def toy_run(n: int = 24, *, depth: int | None = None, grouped: bool = True) -> DetectionRun:
    """Every fourth image has no lesion, one in five is missed, and false alarms have low scores.

    With a `depth` they are volumes, each lesion in the middle slices.
    """
    rng = np.random.default_rng(0)
    pixels, boxes, found = zip(*(_image(rng, i % 4) for i in range(n)), strict=True)
    stack = np.stack(pixels)
    if depth is not None:
        stack = np.repeat(stack[:, None], depth, axis=1)
        boxes, found = ([_thick(rows, depth) for rows in each] for each in (boxes, found))
    codes = np.arange(n) // 3 if grouped else np.arange(n)
    scored = froc(found, boxes, groups=codes, n_resamples=50)
    held = tuple(
        HeldOut(f"scans/P{codes[i]:02d}/<i>{i}.png", f"P{codes[i]:02d}", int(codes[i] % 3),
                boxes[i], found[i], scored.hits[i], scored.best[i])
        for i in range(n)
    )  # fmt: skip
    threshold = scored.threshold_at(1.0)
    return DetectionRun(
        name="toy scans",
        model="svm",
        settings={"polarity": "bright", "min_sigma": 2.5},
        froc=scored,
        images=held,
        folds=3,
        seed=0,
        grouped=grouped,
        rate=1.0,
        threshold=threshold,
        pictures=pictures_of(Images(stack), held, threshold),
        warnings=("6 of 24 images have no lesion: each box in them is a false alarm",),
        wall_seconds=12.3,
    )


def _image(rng: np.random.Generator, lesions: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y, x = np.mgrid[:64, :80]
    image, boxes, found = rng.normal(90, 12, y.shape), [], []
    for _ in range(lesions):
        (cy, cx), r = rng.uniform(12, 50, 2), rng.uniform(3, 7)
        image += 70 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / r**2)
        boxes.append([cy - r, cx - r, cy + r, cx + r])
        if rng.random() < 0.8:
            found.append([cy - r + 1, cx - r - 1, cy + r, cx + r - 1, rng.uniform(0.3, 1)])
    for _ in range(rng.integers(0, 4)):
        cy, cx = rng.uniform(8, 56, 2)
        found.append([cy - 6, cx - 6, cy + 6, cx + 6, rng.beta(1, 2)])
    rows = np.array(boxes).reshape(-1, 4), np.array(found).reshape(-1, 5)
    return image.clip(0, 255).astype(np.uint8), *rows


def _thick(rows: np.ndarray, depth: int) -> np.ndarray:
    """Boxes of two axes as boxes of three."""
    n = len(rows)
    low, high = np.full((n, 1), depth / 2 - 1), np.full((n, 1), depth / 2 + 1)
    return np.hstack([low, rows[:, :2], high, rows[:, 2:]])
