"""What a region buys: features of whole ultrasound images, and inside masks, drawn and found.

    python -m benchmarks.regions

BUSI, benign against malignant lesions: an SVM and a forest on the default features, five folds on
which images that look alike stay together, the same folds for every region.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._timing import RESULTS, stamp, stamp_lines, table
from benchmarks.plots import write_page
from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, compare, join_runs
from imgpipe.learn import Segment, make_pipeline

DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", "../shared/data"))
MODELS = ("svm", "forest")
RECIPES = ("dark-lesion", "otsu")
WHOLE = "whole image"


def lesions() -> Dataset:
    """The images with a lesion, and the masks that were drawn."""
    kept = np.load(DATA / "busi" / "busi_128.npz", allow_pickle=False)
    lesion = kept["labels"] > 0
    return Dataset(
        "BUSI",
        kept["images"][lesion],
        kept["labels"][lesion] - 1,
        ("benign", "malignant"),
        ids=[f"image {i}" for i in np.flatnonzero(lesion)],
        masks=kept["masks"][lesion] > 0,
    )


def runs(data: Dataset) -> dict[str, Comparison]:
    """A comparison of each region."""
    found = {
        WHOLE: compare(MODELS, data, region="image"),
        "inside the drawn mask": compare(MODELS, data, region="mask"),
        "in its bounding box": compare(MODELS, data, region="box"),
    }
    for recipe in RECIPES:
        step = Segment(recipe, empty_mask="image")
        models = {name: make_pipeline(name, segment=step, random_state=None) for name in MODELS}
        found[f"inside what {recipe} finds"] = compare(models, data, region="image")
    return found


def interval(value: Any, signed: bool = False) -> str:
    """Write a figure and its 95 % interval."""
    form = "{:+.3f} ({:+.3f} to {:+.3f})" if signed else "{:.3f} ({:.3f} to {:.3f})"
    return form.format(*value)


def rows(found: dict[str, Comparison]) -> list[list[str]]:
    """AUC of each model and region, and how far it lies from that of whole images."""
    pairs = {(pair.a, pair.b): pair for pair in join_runs(found).pairs}
    shown = []
    for region, run in found.items():
        area = "" if run.dataset.area_auc is None else f"{run.dataset.area_auc:.3f}"
        for model in run.models:
            auc = model.metrics["auc"]
            apart = ""
            if region != WHOLE:
                pair = pairs[f"{WHOLE}/{model.name}", f"{region}/{model.name}"]
                apart = interval((-pair.difference, -pair.high, -pair.low), signed=True)
            told = (auc.value, auc.low, auc.high)
            shown.append([region, model.name, interval(told), apart, area])
    return shown


def main() -> None:
    """Measure, and write the table."""
    data = lesions()
    found = runs(data)
    header = ["features of", "model", "AUC", "less that of whole images", "area alone"]
    alike = found[WHOLE].look_alikes
    assert alike is not None
    told = [
        f"{len(data)} images ({data.counts['benign']} benign, {data.counts['malignant']} "
        f"malignant); {alike.images} of them look like another, in {alike.groups} groups that stay "
        "on one side",
        *(run.dataset.found for run in found.values() if run.dataset.found),
    ]
    facts = stamp_lines(stamp(["numpy", "scikit-learn", "scikit-image"]))
    lines = [
        "# What a region buys", "", table(header, rows(found)), "",
        *(f"- {each}" for each in told), "", *facts, "",
    ]  # fmt: skip
    write_page(RESULTS / "regions.md", "\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
