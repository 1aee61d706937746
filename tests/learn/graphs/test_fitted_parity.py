"""What a bundle's fitted part says, beside what the fitted steps say."""

from typing import Any

import numpy as np
import onnx
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe import InputError, learn
from imgpipe.bundle.archive.operators import FEATURES
from imgpipe.bundle.inference.fitted import GraphFitted, fitted_of
from imgpipe.bundle.writing.fitted_part import fitted_part
from imgpipe.learn import CLASSIFIERS
from imgpipe.learn.classifiers import BoostedTrees, CalibratedNeighbours, CalibratedSVM
from imgpipe.learn.graphs import machines
from imgpipe.learn.graphs.graph import Graph

ON_FEATURES = [name for name, builder in CLASSIFIERS.items() if not builder.raw_images]
CLOSE = 1e-12
EXACT = ("forest", "dummy")
OTHERS: dict[str, Any] = {
    "linear": CalibratedSVM(kernel="linear", random_state=0),
    "poly": CalibratedSVM(kernel="poly", gamma="auto", random_state=0),
    "sigmoid": CalibratedSVM(kernel="sigmoid", gamma=0.1, random_state=0),
    "wide": CalibratedSVM(gamma=0.01, C=10.0, random_state=0),
    "uniform": CalibratedNeighbours(5, weights="uniform", random_state=0),
    "few rounds": BoostedTrees(3),
    "forest": RandomForestClassifier(20, random_state=0),
    "extra": ExtraTreesClassifier(20, random_state=0),
    "histograms": HistGradientBoostingClassifier(max_iter=10, min_samples_leaf=3, random_state=0),
    "regression": LogisticRegression(C=10.0, fit_intercept=False),
    "prior": DummyClassifier(strategy="prior"),
    "most frequent": DummyClassifier(strategy="most_frequent"),
    "uniform shares": DummyClassifier(strategy="uniform"),
    "constant": DummyClassifier(strategy="constant", constant=1),
    "grid": GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
    "random": RandomizedSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression()),
        {"logisticregression__C": [0.1, 1.0]},
        n_iter=1,
        cv=2,
        random_state=0,
    ),
}


def rows(n_classes: int, n: int = 90, kind: str = "mixed") -> tuple[np.ndarray, np.ndarray]:
    """Features that tell classes apart a little, with constant and missing ones; and codes."""
    drawn = np.random.default_rng(n_classes)
    y = np.arange(n) % n_classes
    X = drawn.normal(size=(n, 6)) * [1, 1, 100, 1e-3, 1, 1] + y[:, None] * [1, 0, 50, 0, 0, 0.5]
    X[:, 4] = 7.3
    X[:, 5] = X[:, 5].round()
    if kind == "mixed":
        X[::7, 1] = np.nan
    if kind == "constant":
        X[:] = 7.3
    return X, y


def fitted_steps(name: str, X: np.ndarray, y: np.ndarray, classifier: Any = None) -> Pipeline:
    """Fit imputation, scaling and a classifier, by its name or as given."""
    pipeline = learn.make_pipeline(name, families=None)
    if classifier is not None:
        pipeline.steps[-1] = ("classify", classifier)
    return pipeline.fit(X, y)


def part_of(pipeline: Pipeline) -> Any:
    """Write the steps and read them back."""
    steps = [step for _, step in pipeline.steps]
    return fitted_of(*fitted_part(steps, pipeline.n_features_in_))


def assert_same(pipeline: Pipeline, *asked: np.ndarray, atol: float = CLOSE) -> None:
    """Probabilities agree, and the class that is called is the same."""
    part = part_of(pipeline)
    for X in asked:
        expected, found = pipeline.predict_proba(X), part(X)
        assert found.dtype == np.float64
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=0, atol=atol)
        # both give the first of what is as probable, up to rounding
        called = found.argmax(axis=1)
        short = expected.max(axis=1) - expected[np.arange(len(X)), called]
        assert (short <= atol).all()


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("kind", ["mixed", "constant", "tiny"])
@pytest.mark.parametrize("name", ON_FEATURES)
def test_every_classifier(name: str, kind: str, n_classes: int) -> None:
    """A bundle says what the classifier says, also of missing, constant and few features."""
    X, y = rows(n_classes, 3 * n_classes if kind == "tiny" else 90, kind)
    other = rows(n_classes, 50, kind)[0] * 1.5
    pipeline = fitted_steps(name, X, y)
    assert_same(pipeline, X, other, atol=0.0 if name in EXACT else CLOSE)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", OTHERS)
def test_every_setting(name: str, n_classes: int) -> None:
    """Kernels, weights, strategies and searches of scikit-learn's are written too."""
    X, y = rows(n_classes)
    assert_same(fitted_steps("dummy", X, y, OTHERS[name]), X, rows(n_classes, 40)[0] * 2)


@pytest.mark.parametrize("name", ON_FEATURES)
def test_codes_with_a_gap(name: str) -> None:
    """Columns are those of the codes seen, where a class between them has no training image."""
    X, y = rows(2)
    pipeline = fitted_steps(name, X, y * 2)
    assert pipeline.classes_.tolist() == [0, 2]
    assert_same(pipeline, X)


@pytest.mark.parametrize("kernel", ["linear", "poly", "sigmoid", "rbf"])
def test_ties_between_classes(kernel: str) -> None:
    """Where features tell nothing apart, four classes get the same votes in a bundle."""
    for seed in range(4):
        y = np.r_[np.arange(12) % 4, np.random.default_rng(seed).integers(0, 4, 20)]
        machine = CalibratedSVM(kernel=kernel, random_state=0)
        assert_same(fitted_steps("svm", np.full((32, 2), 7.3), y, machine), np.full((3, 2), 7.3))


@pytest.mark.parametrize("name", ON_FEATURES)
@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinite_features(name: str, bad: float) -> None:
    """An infinite feature is an error of a bundle, as it is one of the pipeline."""
    X, y = rows(2)
    pipeline = fitted_steps(name, X, y)
    X[1, 0] = bad
    with pytest.raises(ValueError, match="infinity"):
        pipeline.predict_proba(X)
    with pytest.raises(InputError, match="a feature is infinite"):
        part_of(pipeline)(X)


@pytest.mark.parametrize("name", ["svm", "logistic", "knn", "boosted"])
def test_missing_features_without_imputation(name: str) -> None:
    """A missing feature that nothing replaces is an error of a bundle, as of the classifier."""
    X, y = rows(2, kind="plain")
    pipeline = Pipeline([("classify", CLASSIFIERS[name]())]).fit(X, y)
    assert_same(pipeline, X)
    holes = X.copy()  # knn keeps X itself
    holes[1, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        pipeline.predict_proba(holes)
    with pytest.raises(InputError, match="missing where none was in training"):
        part_of(pipeline)(holes)


@pytest.mark.parametrize("name", ["forest", "extra", "histograms"])
def test_missing_features_in_trees(name: str) -> None:
    """A missing feature goes the way that the trees learnt for it."""
    X, y = rows(3)
    X[::3, 0] = np.nan
    assert_same(Pipeline([("classify", OTHERS[name])]).fit(X, y), X, rows(3, 40)[0])


def test_no_rows_and_many() -> None:
    """No row gives no row, and many pass through a graph in several runs."""
    X, y = rows(3)
    for name in ON_FEATURES:
        part = part_of(fitted_steps(name, X, y))
        assert part(X[:0]).shape == (0, 3)
        many = np.repeat(X, 300, axis=0)
        np.testing.assert_allclose(part(many)[::300], part(X), rtol=0, atol=CLOSE)


def test_support_vectors_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large machines keep their vectors in single precision, unless that changes probabilities."""
    X, y = rows(3, kind="plain")
    pipeline = fitted_steps("svm", X, y)
    far = Pipeline([("classify", CalibratedSVM(random_state=0))]).fit(X[:, :2] + 1e3, y)
    whole = [len(graph) for graph in _graphs(pipeline, far)]
    monkeypatch.setattr(machines, "_LARGE", 0)
    halves = [len(graph) for graph in _graphs(pipeline, far)]
    assert halves[0] < whole[0]
    assert halves[1] == whole[1]
    assert_same(pipeline, X, atol=1e-7)
    assert_same(far, X[:, :2] + 1e3, atol=1e-7)


def _graphs(*pipelines: Pipeline) -> list[bytes]:
    steps = [[step for _, step in each.steps] for each in pipelines]
    return [fitted_part(each, each[-1].n_features_in_)[1]["classifier"] for each in steps]


def test_sigmoids_that_are_all_zero() -> None:
    """Where each class is as good as ruled out, all are as probable, as scikit-learn has it."""
    X, y = rows(3)
    for name in ("svm", "knn"):
        pipeline = fitted_steps(name, X, y)
        (calibrated,) = pipeline[-1].calibration_._fitted.calibrated_classifiers_
        for sigmoid in calibrated.calibrators:
            sigmoid.a_, sigmoid.b_ = 0.0, 800.0
        np.testing.assert_array_equal(pipeline.predict_proba(X[:2]), 1 / 3)
        assert_same(pipeline, X[:2], atol=0.0)
        for sigmoid in calibrated.calibrators:
            sigmoid.a_, sigmoid.b_ = -2.0, 700.0
        assert_same(pipeline, X[:2])


def test_a_factor_behind_a_product_stays_in_double() -> None:
    """Onnxruntime fuses no nodes of a graph in double: it would round a factor to single."""
    X, weights = np.random.default_rng(0).normal(size=(2, 5, 5))
    graph = Graph()
    product = graph.add("MatMul", ["features", graph.constant(weights)])
    scaled = graph.add("Mul", [product, graph.constant(0.1)])
    content = graph.finished(
        ("features", "float64", ["n", 5]), (scaled, "probabilities", "float64", ["n", 5]), {}
    )
    np.testing.assert_allclose(GraphFitted(content)(X), X @ weights * 0.1, rtol=0, atol=1e-14)


def test_operators_are_listed() -> None:
    """Every graph is made of the operators and attributes that a bundle may have, and no others."""
    X, y = rows(3)
    pairs = [(name, None) for name in ON_FEATURES] + [("dummy", each) for each in OTHERS.values()]
    seen = set()
    for name, classifier in pairs:
        pipeline = fitted_steps(name, X, y, classifier)
        graphs = fitted_part([step for _, step in pipeline.steps], X.shape[1])[1]
        for node in (
            n for graph in graphs.values() for n in onnx.load_from_string(graph).graph.node
        ):
            assert {each.name for each in node.attribute} <= FEATURES[node.op_type], node.op_type
            seen.add(node.op_type)
    assert seen >= {"Exp", "MatMul", "Where", "Tanh", "Pow"}


class Halves(DummyClassifier):
    """Says a half of everything, and how."""

    def to_onnx(self, graph: Any, x: str) -> str:
        """Add a constant."""
        return graph.constant(np.array([[0.5, 0.5]]))


def test_a_class_that_writes_itself() -> None:
    """A class with `to_onnx` is written by it, and no entry for one of its bases."""
    X, y = rows(2)
    part = part_of(fitted_steps("dummy", X, np.maximum(y, np.arange(90) < 60), Halves()))
    np.testing.assert_array_equal(part(X), 0.5)


def test_steps_that_are_none() -> None:
    """Steps that do nothing are passed over, and a frozen one is written as what it holds."""
    X, y = rows(2, kind="plain")
    fitted = LogisticRegression().fit(X, y)
    steps = ["passthrough", None, FrozenEstimator(Pipeline([("classify", fitted)]))]
    part = fitted_of(*fitted_part(steps, 6))
    np.testing.assert_allclose(part(X), fitted.predict_proba(X), rtol=0, atol=CLOSE)
