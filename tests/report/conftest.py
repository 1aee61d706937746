"""Real comparisons on small real data sets, made once."""

from collections.abc import Callable

import numpy as np
import pytest
from toy_datasets import make_dataset

from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, compare
from imgpipe.learn import make_pipeline

Make = Callable[..., Dataset]


@pytest.fixture(autouse=True, scope="session")
def quick_costs(costs_of_few_images: None) -> None:
    """What a model costs is measured in a moment."""


@pytest.fixture(scope="session", autouse=True)
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Session fixtures cache features away from the user's own folder."""
    patch = pytest.MonkeyPatch()
    patch.setenv("IMGPIPE_CACHE", str(tmp_path_factory.mktemp("report-cache")))


@pytest.fixture(scope="session")
def split_run() -> Comparison:
    """Two classes in a given split, one named to break out of the page."""
    parts = np.tile(["train", "train", "val", "test"], 10)
    data = make_dataset(("<script>alert(1)</script>", 'a "b" & c'), 20, split=parts)
    models = {name: make_pipeline(name, families="intensity") for name in ("forest", "dummy")}
    return compare(models, data)


@pytest.fixture(scope="session")
def folds_run() -> Comparison:
    """Three classes and known patients, cross-validated."""
    patients = [f"P{i // 2}" for i in range(36)]
    data = make_dataset(("normal", "benign", "malignant"), groups=patients)
    models = {
        "a model with a name so long that it cannot stand in a narrow column": make_pipeline(
            "forest", families="intensity"
        ),
        "dummy": make_pipeline("dummy", families="intensity"),
    }
    return compare(models, data, folds=3)


@pytest.fixture(scope="session")
def wide_run() -> Comparison:
    """Twenty classes with long names and ten models."""
    names = tuple(
        f"class {i} with a name that goes on for quite a while, left side" for i in range(20)
    )
    models = {f"model {i}": make_pipeline("dummy", families="intensity") for i in range(10)}
    return compare(models, make_dataset(names, 4), folds=2)


@pytest.fixture(scope="session")
def choice_run() -> Comparison:
    """Two classes in a given split, with a validation part to choose thresholds on."""
    data = make_dataset(
        ("benign", "malignant"), 40, split=np.tile(["train", "test", "val"], 27)[:80]
    )
    models = {name: make_pipeline(name, families="intensity") for name in ("forest", "dummy")}
    return compare(models, data)


@pytest.fixture(scope="session")
def sets_run() -> Comparison:
    """Three classes in folds, with thresholds from inner folds and conformal sets."""
    data = make_dataset(("normal", "benign", "malignant"))
    models = {name: make_pipeline(name, families="intensity") for name in ("svm", "dummy")}
    return compare(models, data, folds=2, conformal=0.8)
