"""Recipes against truth: lungs of synthetic chests, and masses of BUSI beside Otsu's threshold."""

from collections.abc import Iterable

import numpy as np

from benchmarks.segment.sections import Absent, Goal, Section, Table, data, dice
from imgpipe.datasets import chest_ct
from imgpipe.segment import recipe, threshold
from imgpipe.segment.parts.connected import parts_of

SEEDS = range(10)
"""Of the chests that are scored; settings were chosen on seeds from 100."""
HEIGHTS = (-80, -40, 0, 40, 80)
DEEP = 70
"""mm of lung that make a field of a projection."""
TUNED = 100
"""So many images of each class of BUSI, the first ones, had the score's weights chosen on them."""

_HEAD = ("n", "mean", "median", "lowest")


def section(quick: bool) -> Section:
    """Dice of both recipes."""
    found = Section("Recipes")
    seeds = SEEDS[:2] if quick else SEEDS
    _lungs(found, seeds)
    _films(found, seeds)
    try:
        _masses(found, quick)
    except Absent as error:
        found.body.append(f"Masses of the breast are left out: no {error}.")
    return found


def _lungs(found: Section, seeds: Iterable[int]) -> None:
    lungs = recipe("lungs")
    volumes, slices = [], []
    for seed in seeds:
        image, truth = chest_ct(seed)
        volumes.append(dice(lungs(image), truth))
        for height in HEIGHTS:
            image, truth = chest_ct(seed, spacing=(0.8, 0.8), height=height)
            slices.append(dice(lungs(image), truth))
    found.body += [
        f"`lungs` on `datasets.chest_ct`, {len(volumes)} patients: volumes of 8 x 2 x 2 mm, and "
        f"slices of 0.8 mm at {', '.join(map(str, HEIGHTS))} mm above the carina. No setting was "
        "chosen on these seeds.",
        Table(
            ("Dice of `lungs`", *_HEAD),
            [_row("volumes", volumes), _row("slices", slices)],
        ),
    ]
    for name, values in (("volumes", volumes), ("slices", slices)):
        text = f"mean Dice of `lungs` on synthetic CT, {name}"
        found.goals.append(Goal(f"lungs {name}", text, 0.97, float(np.mean(values))))
        found.figures[f"lungs {name}"] = values


def _films(found: Section, seeds: Iterable[int]) -> None:
    fields, values = recipe("chest-xray-lungs"), []
    for seed in seeds:
        image, lungs = chest_ct(seed, spacing=(2.5, 4.0, 2.5))
        dense = np.clip(1 + image.pixels / 1000, 0, None).sum(axis=1)[::-1]
        truth = lungs.sum(axis=1)[::-1] * 4 > DEEP
        values.append(dice(fields(dense), truth))
    found.body += [
        f"`chest-xray-lungs` on parallel projections of the same chests; in truth there are {DEEP} "
        "mm of lung or more along the ray, some of them behind the heart.",
        Table(("Dice of `chest-xray-lungs`", *_HEAD), [_row("projections", values)]),
    ]
    found.figures["chest-xray-lungs"] = values


def _masses(found: Section, quick: bool) -> None:
    with np.load(data("busi", "busi_128.npz")) as archive:
        images, masks, labels = (archive[key] for key in ("images", "masks", "labels"))
    there = masks.reshape(len(masks), -1).any(axis=1)
    classes = [np.flatnonzero(there & (labels == k))[TUNED:] for k in (1, 2)]
    if quick:
        classes = [each[::10] for each in classes]
    rows = []
    for name, method in (("`dark-lesion`", recipe("dark-lesion")), ("Otsu's", _largest_dark)):
        values = [[dice(method(images[k]), masks[k]) for k in each] for each in classes]
        both = values[0] + values[1]
        rows += [
            _row(f"{name}, benign", values[0]),
            _row(f"{name}, malignant", values[1]),
            _row(f"{name}, all", both),
        ]
        found.figures[f"masses {name.strip('`')}"] = both
    found.body += [
        "`dark-lesion` on BUSI, beside Otsu's threshold (what is darker, the largest part): images "
        f"with a mass but for the first {TUNED} of each class, on which the weights of the score "
        "were chosen.",
        Table(("Dice on BUSI", *_HEAD), rows),
    ]


def _largest_dark(image: np.ndarray) -> np.ndarray:
    parts = parts_of(~threshold(image))
    return np.asarray(parts.labels == 1 + np.argmax(parts.sizes))


def _row(name: str, values: list[float]) -> tuple[str, ...]:
    figures = np.mean(values), np.median(values), np.min(values)
    return (name, str(len(values)), *(f"{each:.3f}" for each in figures))
