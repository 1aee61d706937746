"""Small sets of images in which some are hard, and runs of many classes made of runs of few."""

from dataclasses import replace

import numpy as np

from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, Interval, ModelResult


def make_dataset(classes: tuple[str, ...], per_class: int = 12, **fields: object) -> Dataset:
    """Noise whose brightness depends on the class, so that some images are hard."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(classes)), per_class)
    levels = 60 + 25 * labels[:, None, None]
    pixels = rng.normal(levels, 40, (len(labels), 12, 12)).clip(0, 255).astype(np.uint8)
    # half of the images are told apart by nothing, so that there are mistakes
    pixels[::2] = rng.integers(0, 255, pixels[::2].shape)
    return Dataset("toy set", pixels, labels, classes, **fields)


def numbered_dataset(n: int = 256, **fields: object) -> Dataset:
    """Pixel (0, 0) is the index, pixel (0, 1) the label."""
    labels = (np.arange(n) // 2) % 2
    images = np.zeros((n, 4, 4), np.float32)
    images[:, 0, 0], images[:, 0, 1] = np.arange(n), labels
    return Dataset("toy", images, labels, ("benign", "malignant"), **fields)


def with_classes(run: Comparison, n: int) -> Comparison:
    """A run whose classes have multiplied, each with an average precision of its own."""
    names = tuple(f"class {k}" for k in range(n))

    def spread(model: ModelResult) -> ModelResult:
        first = model.operation[0]
        precise = [
            replace(
                first,
                name=name,
                average_precision=Interval(k / n, 0, 1),
                table=first.table if n <= 12 else None,
            )
            for k, name in enumerate(names)
        ]
        table = np.zeros((n, n), int)
        table[np.arange(n), np.arange(n)] = 3
        table[0, 1:4] = (5, 2, 1)
        roc = tuple(replace(model.roc[0], name=name) for name in names)
        return replace(model, operation=tuple(precise), confusion=table, roc=roc, calibration=None)

    counts = {part: dict.fromkeys(names, 3) for part in run.dataset.counts}
    card = replace(run.dataset, classes=names, counts=counts)
    return replace(run, dataset=card, models=tuple(map(spread, run.models)))
