"""Where learning curves cross: one model overtakes another by more than chance."""

import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from toy_datasets import numbered_dataset

from imgpipe.evaluate import Interval, LearningCurve, compare
from imgpipe.evaluate.records.learning import crossings


class Learns(ClassifierMixin, BaseEstimator):
    """Knows the label the better, the more samples it has seen; `luck` differs from fit to fit."""

    def __init__(self, known=0.0, needed=64, luck=0.0):
        self.known, self.needed, self.luck = known, needed, luck

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        rng = np.random.default_rng(int(X[:, 0, 0].sum()))
        skill = self.known or min(1.0, len(y) / self.needed)
        self.skill_ = max(0.0, skill - self.luck * rng.random())
        return self

    def predict_proba(self, X):
        noise = np.random.default_rng(int(X[:, 0, 0].sum())).random(len(X))
        p = self.skill_ * X[:, 0, 1] + (1 - self.skill_) * noise
        return np.stack([1 - p, p], axis=1)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def curve(name: str, *values: float) -> LearningCurve:
    return LearningCurve(name, (10, 20, 40), tuple(Interval(v, v, v) for v in values))


def always(ahead: str, behind: str, point: int) -> bool:
    """No difference is noise."""
    return True


def test_a_crossing_counts_where_the_lead_is_more_than_noise():
    """The lead is asked for at the points between this crossing and the next, of who is ahead."""
    asked = []

    def never(ahead: str, behind: str, point: int) -> bool:
        asked.append((ahead, behind, point))
        return False

    a, b = curve("svm", 0.9, 0.8, 0.9), curve("cnn", 0.8, 0.85, 0.8)
    assert crossings([a, b], never) == ()
    assert asked == [("cnn", "svm", 1), ("svm", "cnn", 2)]
    (late,) = crossings([a, b], lambda ahead, behind, point: point == 2)
    assert (late.ahead, late.behind) == ("svm", "cnn")


def test_a_crossing_lies_where_the_lines_meet_on_a_logarithmic_axis():
    """Equal gaps before and after put the crossing at the geometric mean; ties are none."""
    (crossing,) = crossings([curve("svm", 0.7, 0.8, 0.9), curve("cnn", 0.6, 0.7, 1.0)], always)
    assert (crossing.ahead, crossing.behind) == ("cnn", "svm")
    assert crossing.at == pytest.approx(math.sqrt(20 * 40))
    assert crossings([curve("svm", 0.7, 0.8, 0.9), curve("forest", 0.7, 0.7, 0.9)], always) == ()
    assert crossings([curve("svm", 0.7, math.nan, 0.9), curve("cnn", 0.6, 0.7, 1.0)], always) == ()
    assert (crossing.about, crossing.words("images")) == (
        28,
        "cnn overtakes svm at about 28 images",
    )


def test_models_that_are_as_good_as_equal_do_not_cross():
    """Curves that hardly part, before or after they meet, have no crossing, however sure."""
    near, beside = curve("svm", 0.9976, 0.9975, 0.9975), curve("cnn", 0.9975, 0.9976, 0.9979)
    assert crossings([near, beside], always) == ()
    assert crossings([near, curve("cnn", 0.9, 0.9976, 0.9979)], always) == ()
    assert crossings([near, curve("cnn", 0.9974, 0.9999, 1.0)], always) == ()
    (parted,) = crossings([curve("svm", 0.95, 0.96, 0.96), curve("cnn", 0.9, 0.961, 0.97)], always)
    assert parted.ahead == "cnn"


def test_the_statement_names_who_overtakes_whom():
    """A model that needs more patients overtakes one that stays where it is."""
    split = np.repeat(["train", "test"], [128, 128])
    models = {"steady": Learns(known=0.3), "reads": Learns()}
    result = compare(models, numbered_dataset(split=split), learning_curve=True)
    (crossing,) = result.learning.crossings
    assert (crossing.ahead, crossing.behind) == ("reads", "steady")
    assert "reads overtakes steady at about" in result.learning.statement
    assert result.to_dict()["learning_curve"]["crossings"][0]["ahead"] == "reads"


def test_no_model_overtakes_where_the_verdict_sees_no_difference():
    """Over folds, whose fits differ, patients drawn anew are sure of what the verdict is not."""
    models = {"steady": Learns(known=0.2), "late": Learns(needed=400, luck=0.15)}
    result = compare(models, numbered_dataset(), folds=3, learning_curve=True, duplicates="keep")
    steady, late = result.learning.curves
    assert late.auc[0].value < steady.auc[0].value < late.auc[-1].value - 0.1
    assert result.pairs[0].differences["auc"].high < 0
    assert result.pairs[0].verdict == "no detectable difference"
    assert result.learning.crossings == ()
    assert "No model overtakes another" in result.learning.statement
