"""The pages that are looked at, by kind; each is made of a real run on small images."""

from collections.abc import Callable
from functools import cache

import numpy as np
from toy_datasets import make_dataset, with_classes

from imgpipe.evaluate import Comparison, compare
from imgpipe.learn import make_pipeline
from imgpipe.report.html import render


def _models(*names: str) -> dict[str, object]:
    return {name: make_pipeline(name, families="intensity") for name in names}


@cache
def _split_run(classes: tuple[str, str] = ("benign", "malignant")) -> Comparison:
    """Two classes in a given split, with thresholds and conformal sets of the validation part."""
    split = np.tile(["train", "test", "val"], 67)[:200]
    models = _models("forest", "logistic", "dummy")
    return compare(models, make_dataset(classes, 100, split=split), conformal=0.9, canaries=True)


def _hostile() -> Comparison:
    """Names that would break out of the page, or are too long for it."""
    data = make_dataset(
        ("</script><script>alert(1)</script>", "a \"b\" & 'c' " + "long" * 30),
        60,
        split=np.tile(["train", "test"], 60),
    )
    named = {"<img src=x onerror=alert(2)>": "forest", "__proto__": "dummy", "m" * 90: "logistic"}
    return compare(
        {name: make_pipeline(known, families="intensity") for name, known in named.items()}, data
    )


@cache
def _folds_run() -> Comparison:
    """Three classes in folds, by patient, with thresholds of inner folds."""
    patients = [f"P{i // 2}" for i in range(90)]
    data = make_dataset(("normal", "benign", "malignant"), 30, groups=patients)
    return compare(_models("logistic", "dummy"), data, folds=3, thresholds=True)


def _many() -> Comparison:
    """Fourteen classes with long names and ten models."""
    names = tuple(f"class {i} with a name that goes on for quite a while" for i in range(14))
    models = {f"model {i}": make_pipeline("dummy", families="intensity") for i in range(9)}
    return compare({**models, **_models("logistic")}, make_dataset(names, 10), folds=2)


def _very_many() -> Comparison:
    """200 classes: a run of three whose classes have multiplied."""
    return with_classes(_folds_run(), 200)


def _one() -> Comparison:
    return compare(_models("logistic"), make_dataset(("benign", "malignant"), 40), folds=2)


PAGES: dict[str, Callable[[], str]] = {
    "split": lambda: render(_split_run()),
    "split-zh": lambda: render(_split_run(), "zh"),
    "folds": lambda: render(_folds_run()),
    "folds-zh": lambda: render(_folds_run(), "zh"),
    "hostile": lambda: render(_hostile()),
    "many": lambda: render(_many()),
    "very-many": lambda: render(_very_many()),
    "one": lambda: render(_one()),
}
