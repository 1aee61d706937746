"""Labels and groups that no fair comparison can be made of: refused, or told by a check."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_cases import Case, Given, tried

from imgpipe import datasets, evaluate
from imgpipe.datasets import Dataset

IMAGES = np.random.default_rng(0).integers(0, 255, (12, 8, 8)).astype(np.uint8)
TWINS = np.concatenate([IMAGES[:1], IMAGES[:1], IMAGES[2:]])
BOTH = ["a", "b"] * 6
ONE_EACH = [f"P{i}" for i in range(12)]


def compared(labels: Any, groups: Any = None, folds: int = 2) -> Given:
    """A comparison of the dullest model there is."""
    images = IMAGES[: len(labels)]
    return lambda folder: evaluate.compare(
        "dummy", Dataset("d", images, labels, groups=groups), folds=folds
    )


def checked(labels: Any, groups: Any, images: np.ndarray = IMAGES, code: str = "") -> Given:
    """Whether a check tells of it."""
    return lambda folder: (
        code in {one.code for one in evaluate.check(Dataset("d", images, labels, groups=groups))}
    )


def judged(labels: list[str]) -> Given:
    """A model of the classes a and b on other labels."""

    def scored(folder: Path) -> Any:
        from imgpipe import bundle
        from imgpipe.learn import fit

        model = fit(Dataset("d", IMAGES, BOTH), "forest", families="intensity", ood=False)
        return bundle.score(bundle.Predictor(model), Dataset("d", IMAGES, labels))

    return scored


def classes(labels: list[Any]) -> Given:
    """Names of the classes."""
    return lambda folder: Dataset("d", IMAGES[: len(labels)], labels).classes


def empty_label(folder: Path) -> Dataset:
    """A manifest with a label that is blank."""
    from PIL import Image

    for name in "ab":
        Image.fromarray(IMAGES[0]).save(folder / f"{name}.png")
    path = folder / "m.csv"
    path.write_text("path,label\na.png,x\nb.png,\n")
    return datasets.load(path)


MANY = np.random.default_rng(1).integers(0, 255, (40, 8, 8)).astype(np.uint8)
OF_TWO = [f"P{i // 2}" for i in range(40)]
WHOLE = [("a", "b")[i // 2 % 2] for i in range(40)]
TORN = ["b", *WHOLE[1:]]
NAN = [0.0, 1.0, np.nan, 1.0]

CASES = [
    Case("one class", compared(["a"] * 12), r"found one class only \(a\)"),
    Case("one sample in a class", compared(["a"] * 11 + ["b"]), r"class b has 1 sample for 2"),
    Case("a class missing from a fold", compared(["a"] * 10 + ["b"] * 2, folds=5),
         r"class b has 2 samples for 5 folds; use --folds 2"),
    Case("fewer groups than folds", compared(BOTH, ["P", "Q"] * 6, 5), r"2 patients for 5 folds"),
    Case("an unseen class at prediction", judged(["a", "c"] * 6), r"\bc\b"),
    Case("NaN or mixed-type labels", compared(NAN), r"1 labels are NaN.*index 2"),
    Case("NaN or mixed-type labels", compared(["a", None, "b"]), r"1 labels are empty or NaN"),
    Case("NaN or mixed-type labels", classes([1, "b", 1]), gives=("1", "b")),
    Case("NaN or mixed-type labels", empty_label, r"m\.csv"),
    Case("a duplicate image with two labels", checked(BOTH, ONE_EACH, TWINS, "DUP002"), gives=True),
    Case("a duplicate image with two labels", checked(BOTH, ONE_EACH, code="DUP002"), gives=False),
    Case("one patient with two labels", checked(TORN, OF_TWO, MANY, "PAT005"), gives=True),
    Case("one patient with two labels", checked(WHOLE, OF_TWO, MANY, "PAT005"), gives=False),
    Case("group ids that differ only in case or blanks",
         checked(BOTH, ["p1 ", "P1", *ONE_EACH[2:]], code="PAT003"), gives=True),
    Case("group ids that differ only in case or blanks", compared(BOTH, ["p1", "P1 "] * 6),
         r"1 patient"),
    Case("group ids that differ only in case or blanks", compared(BOTH, [np.nan] * 12),
         r"12 groups are empty or NaN"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_labels_are_refused_or_told(case: Case, tmp_path: Path) -> None:
    """A comparison that cannot be fair is refused in one line, and a check tells the rest."""
    tried(case, tmp_path)
