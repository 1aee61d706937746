"""The calibrated SVM, the registry of classifiers, and what both promise."""

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from imgpipe import InputError
from imgpipe.learn import CLASSIFIERS
from imgpipe.learn.classifiers import CalibratedSVM
from imgpipe.learn.folds import stratified_folds

# the networks take images: tests/learn/deep
ON_FEATURES = [name for name, builder in CLASSIFIERS.items() if not builder.raw_images]
X, Y = make_classification(90, 6, n_informative=4, n_classes=3, weights=[0.5, 0.3], random_state=0)
PATIENTS = np.repeat(np.arange(30), 3)

EXPECTED_FAILURES = {
    "check_class_weight_classifiers": (
        "class weights shape the machine; the calibration then follows the classes' frequencies, "
        "so that a huge weight does not decide every prediction"
    ),
}


@parametrize_with_checks(
    [CalibratedSVM(random_state=0)], expected_failed_checks=lambda estimator: EXPECTED_FAILURES
)
def test_scikit_learn_checks(estimator: Any, check: Any) -> None:
    """The calibrated SVM is a scikit-learn classifier by scikit-learn's own checks."""
    check(estimator)


def test_svm_equals_scikit_learn_on_the_same_folds() -> None:
    """Probabilities are those of scikit-learn's calibration on the same inner folds."""
    folds = stratified_folds(Y, PATIENTS, 5, random_state=7)
    machine = SVC(C=2.0, class_weight="balanced")
    oracle = CalibratedClassifierCV(machine, ensemble=False, cv=folds).fit(X, Y)
    found = CalibratedSVM(C=2.0, random_state=7).fit(X, Y, groups=PATIENTS)
    np.testing.assert_allclose(found.predict_proba(X), oracle.predict_proba(X), rtol=1e-12)
    np.testing.assert_array_equal(found.predict(X), oracle.predict(X))


def test_calibration_divides_no_patient() -> None:
    """The inner folds keep each patient whole, and without groups they would not."""
    torn = {}
    for name, groups in (("grouped", PATIENTS), ("plain", None)):
        fitted = CalibratedSVM(random_state=0).fit(X, Y, groups=groups)
        pairs = fitted.inner_folds_
        torn[name] = sum(len(set(PATIENTS[a]) & set(PATIENTS[b])) for a, b in pairs)
    assert torn["grouped"] == 0
    assert torn["plain"] > 0


def test_patients_that_cannot_be_set_apart_for_calibration() -> None:
    """Three classes, every two of which share a patient, cannot be held back; no --folds helps."""
    y, patients = np.array(list("ABACBC")), np.array([1, 1, 2, 2, 3, 3])
    with pytest.raises(InputError, match="cannot be divided in two with every class in both") as e:
        CalibratedSVM(random_state=0).fit(np.eye(6), y, groups=patients)
    assert "--folds" not in str(e.value)
    with pytest.raises(InputError, match="folds is 1; it must be at least 2"):
        CalibratedSVM(folds=1).fit(X, Y)


@pytest.mark.parametrize(("count", "folds"), [(2, 2), (4, 4), (20, 5)])
def test_inner_folds_adapt_to_the_rarest_class(count: int, folds: int) -> None:
    """A class with few samples gets fewer inner folds, not an error."""
    rows = np.r_[0:40, 50 : 50 + count]
    labels = np.r_[np.zeros(40, int), np.ones(count, int)]
    fitted = CalibratedSVM(random_state=0).fit(X[rows], labels)
    assert len(fitted.inner_folds_) == folds


def test_a_class_of_one_patient_is_refused() -> None:
    """Probabilities cannot be learned from one patient, and the error says so."""
    labels = (PATIENTS == 0).astype(int)
    with pytest.raises(InputError, match="fewer than 2 patients"):
        CalibratedSVM().fit(X, labels, groups=PATIENTS)


def test_one_class_is_refused() -> None:
    """A single class is named in the error."""
    with pytest.raises(InputError, match=r"one class only \(normal\)"):
        CalibratedSVM().fit(X, np.full(len(X), "normal"))


@pytest.mark.parametrize("name", ON_FEATURES)
def test_workers_change_nothing(name: str) -> None:
    """One worker and two give the same probabilities, and so does the same seed again."""
    one, two, again = (
        CLASSIFIERS[name](random_state=3, n_jobs=n).fit(X, Y).predict_proba(X) for n in (1, 2, 1)
    )
    np.testing.assert_array_equal(one, again)
    np.testing.assert_allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("name", ON_FEATURES)
def test_a_registered_grid_fits_its_classifier(name: str) -> None:
    """Every grid holds the defaults, so that the search starts from them."""
    builder = CLASSIFIERS[name]
    settings = builder().get_params()
    assert all(settings[key] in values for key, values in builder.grid.items())
    assert builder.description
