"""Distributions and correlations of the features that models lean on."""

import json

import numpy as np
import pandas as pd
import pytest

from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, compare
from imgpipe.images import Images
from imgpipe.learn import make_pipeline
from imgpipe.tables import FeatureDataset


@pytest.fixture(scope="module")
def table() -> FeatureDataset:
    """`told` tells the classes apart and `turned` says the same; `noise` and `same` say nothing."""
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 60)
    told = labels + rng.normal(0, 0.4, 120)
    holes = rng.normal(size=120)
    holes[:30] = np.nan
    columns = {
        "told": told,
        "turned": 5 - 2 * told,
        "noise": rng.normal(size=120),
        "same": np.ones(120),
        "holes": holes,
    }
    return FeatureDataset("rows", pd.DataFrame(columns), labels, ("no", "yes"))


@pytest.fixture(scope="module")
def run(table: FeatureDataset) -> Comparison:
    return compare(["forest", "logistic", "dummy"], table, folds=3)


def test_what_tells_comes_first_in_its_own_numbers(run: Comparison, table: FeatureDataset) -> None:
    """Quantiles are those of the values of each class, shares sum to one."""
    top = run.features.top
    assert {top[0].feature, top[1].feature} == {"told", "turned"}
    assert "same" not in {each.feature for each in top}
    first = next(each for each in top if each.feature == "told")
    assert first.unit is None
    assert first.ibsi is None
    assert first.told == "yes"
    for code, of_class in enumerate(first.classes):
        values = table.images["told"][table.labels == code]
        assert of_class.n == len(values) == 60
        assert of_class.quantiles[2] == pytest.approx(np.median(values))
        assert sum(of_class.shares) == pytest.approx(1, abs=0.01)
    assert first.alone == pytest.approx(top[1 - top.index(first)].alone)
    assert run.features.images == 120


def test_importance_is_the_largest_over_the_models(run: Comparison) -> None:
    """The value and the model are those of the leaderboard's own importances."""
    for each in run.features.top:
        drops = {m.name: i.value for m in run.models for i in m.importances
                 if i.feature == each.feature}  # fmt: skip
        assert each.importance == pytest.approx(max(drops.values()))
        assert drops[each.model] == pytest.approx(each.importance)


def test_features_that_say_the_same_stand_together(run: Comparison) -> None:
    """The sign of a correlation does not matter, and columns with many holes are not compared."""
    (group,) = run.features.alike
    assert set(group.features) == {"told", "turned"}
    assert group.least == pytest.approx(1)
    assert set(run.features.compared) == {"told", "turned", "noise"}
    rho = np.array(run.features.rho)
    assert np.allclose(rho, rho.T)
    assert np.allclose(np.diag(rho), 1)
    a, b = (run.features.compared.index(name) for name in group.features)
    assert rho[a, b] == pytest.approx(-1)


def test_it_is_plain_json(run: Comparison) -> None:
    content = json.loads(json.dumps(run.to_dict()["features"], allow_nan=False))
    assert content["top"][0]["feature"] == run.features.top[0].feature


def images(n: int = 30, **fields: object) -> Dataset:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    pixels = rng.normal(90 + 20 * labels[:, None, None], 30, (n, 12, 12)).clip(0, 255)
    pixels = pixels.astype(np.uint8)
    return Dataset("toy", Images(pixels, **fields), labels, ("a", "b"))


@pytest.mark.parametrize(("spacing", "unit"), [(None, "pixel"), ((0.5, 0.5), "mm")])
def test_units_are_the_catalogue_s(spacing: tuple[float, float] | None, unit: str) -> None:
    """Lengths are in mm only where images say how large a pixel is; HOG is one of many numbers."""
    families = ["intensity", "gradient", "hog"]
    data = images(spacing=spacing)
    run = compare({"svm": make_pipeline("svm", families=families)}, data, folds=2)
    top = run.features.top
    assert not any(each.feature.startswith("hog") for each in top)
    units = {each.feature: each.unit for each in top}
    names = {each.feature for each in top if each.feature.startswith("intensity")}
    assert {each.ibsi is not None for each in top if each.feature in names} <= {True}
    gradients = {units[name] for name in units if name.startswith("gradient")}
    assert gradients <= {f"intensity/{unit}", f"intensity^2/{unit}^2", "1"}


def test_where_no_feature_moves_a_model_those_that_tell_most_come_first() -> None:
    """Without importances the AUC of each feature by itself gives the order."""
    model = make_pipeline("dummy", families="intensity")
    found = compare({"dummy": model}, images(), folds=2).features
    assert [each.importance for each in found.top] == [0.0] * len(found.top)
    alone = [each.alone for each in found.top]
    assert alone == sorted(alone, reverse=True)


def test_with_one_class_held_out_there_is_nothing_to_tell() -> None:
    data = images()
    part = np.where(data.labels == 0, "train", "test")
    part[:4] = "train"
    data = Dataset("toy", data.images, data.labels, data.classes, split=part)
    model = make_pipeline("dummy", families="intensity")
    assert compare({"dummy": model}, data).features is None
