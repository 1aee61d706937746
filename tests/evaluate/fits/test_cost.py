"""Seconds, waits and memory: what is counted, and what is not."""

import threading
import time
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline as make_sklearn_pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_info

from imgpipe.evaluate import compare
from imgpipe.evaluate.fits import cost
from imgpipe.evaluate.fits.cold_start import cold_start
from imgpipe.evaluate.fits.cost import Stopwatch, one_thread, prediction_cost
from imgpipe.learn import make_pipeline

IMAGES = np.random.default_rng(0).integers(0, 255, (30, 12, 12)).astype(np.uint8)
LABELS = np.arange(30) % 2


def busy(seconds: float) -> None:
    """Use the processor for so many seconds of CPU time of this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Slow(ClassifierMixin, BaseEstimator):
    """Takes its time, some of it in a thread of its own."""

    def fit(self, X: Any, y: Any) -> "Slow":
        self.classes_ = np.unique(y)
        helper = threading.Thread(target=busy, args=(0.1,))
        helper.start()
        busy(0.1)
        helper.join()
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        busy(0.002)
        time.sleep(0.004)
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))

    def predict(self, X: Any) -> np.ndarray:
        return self.classes_[np.zeros(len(X), int)]


def test_work_of_other_threads_is_not_counted() -> None:
    """A thread that was busy before and stays so is none of the price; one that is begun is."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            pass

    other = threading.Thread(target=spin)
    other.start()
    try:
        watch = Stopwatch()
        Slow().fit(np.zeros((2, 1)), [0, 1])
        found = watch.seconds()
    finally:
        stop.set()
        other.join()
    assert 0.15 < found < 0.3


@pytest.mark.full
def test_a_fit_costs_its_own_seconds_and_no_share_of_the_features() -> None:
    """The dummy learns in a moment, however long its features took."""
    models = {"slow": Slow(), "dummy": make_pipeline("dummy", families="all")}
    slow, dummy = compare(models, (IMAGES, LABELS), folds=2).models
    assert 0.15 < slow.cost["fit_cpu_seconds"] < 0.4
    assert dummy.cost["fit_cpu_seconds"] < 0.1
    assert slow.cost["feature_seconds"] == 0


def test_waits_and_work_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What sleeps waits, what computes works; many at once go at another rate."""
    monkeypatch.setattr(cost, "_LEAST", 20)
    found = prediction_cost(Slow().fit(IMAGES, LABELS), IMAGES, np.arange(20))
    assert found["predict_ms_per_image"] >= 6
    assert found["predict_ms_per_image"] <= found["predict_ms_p95"]
    assert 1.9 < found["predict_cpu_ms_per_image"] < 6
    assert 0 < found["images_per_second"] < 20 / 0.006
    assert found["predict_threads"] == 1


def test_one_thread_is_one_thread() -> None:
    """Matrix products are held to it, and let go again."""
    np.ones((50, 50)) @ np.ones((50, 50))
    before = [pool["num_threads"] for pool in threadpool_info()]
    with one_thread():
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_a_cold_start_loads_and_predicts() -> None:
    """The other process imports the classifier, so it takes longer and holds more than nothing."""
    model = make_pipeline("svm", families="intensity").fit(IMAGES, LABELS)
    found = cold_start("svm", model, IMAGES, np.arange(3))
    assert found["cold_start_seconds"] > 0.1
    assert found["cold_start_cpu_seconds"] > 0.1
    assert 2**25 < found["peak_rss_bytes"] < 2**31


def test_a_model_that_cannot_be_loaded_elsewhere_is_named() -> None:
    """A class of a notebook is unknown to another process: that is said, nothing measured."""
    model = Slow().fit(IMAGES, LABELS)
    with pytest.warns(UserWarning, match="the cold start of mine was not measured.*test_cost"):
        assert cold_start("mine", model, IMAGES, np.arange(3)) == {}


def test_a_model_that_no_file_holds_is_compared_all_the_same() -> None:
    """One with a lambda: its size and its cold start are left out, with a warning."""
    flat = FunctionTransformer(lambda images: np.asarray(images, float).reshape(len(images), -1))
    model = make_sklearn_pipeline(flat, GaussianNB())
    with pytest.warns(UserWarning, match="the size of mine was not measured.*lambda"):
        (found,) = compare({"mine": model}, (IMAGES, LABELS), folds=2, cost=True).models
    assert not {"model_bytes", "cold_start_seconds"} & set(found.cost)
    assert found.cost["predict_ms_per_image"] > 0


def test_compare_measures_a_cold_start_where_asked() -> None:
    """One process a model, baselines included, and the leaderboard has its columns."""
    models = {"dummy": make_pipeline("dummy", families="intensity")}
    comparison = compare(models, (IMAGES, LABELS), folds=2, cost=True)
    assert {"cold_start_seconds", "peak_rss_bytes"} <= set(comparison.leaderboard().columns)
    assert "cold_start_seconds" not in compare(models, (IMAGES, LABELS), folds=2).models[0].cost
