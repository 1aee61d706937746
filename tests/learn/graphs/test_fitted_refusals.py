"""Fitted steps that a bundle cannot hold: each is named, and what would do."""

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

from imgpipe import InputError
from imgpipe.bundle.writing.fitted_part import fitted_part
from imgpipe.learn.classifiers import BoostedTrees, CalibratedSVM

X = np.random.default_rng(0).normal(size=(60, 4)).round(1)
Y = np.arange(60) % 3
HOLES = np.where(X > 1.5, np.nan, X)
EMPTY = np.column_stack([X, np.full(60, np.nan)])


def inverse(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """A kernel that is a function."""
    return A @ B.T


def boosted(**settings: Any) -> BoostedTrees:
    """Trees of LightGBM grown otherwise than `BoostedTrees` does."""
    import lightgbm

    model = BoostedTrees().fit(X, Y == 0)
    table = lightgbm.Dataset(X, Y == 0, free_raw_data=False)
    settings |= {"objective": "binary", "verbosity": -1, "min_data_in_leaf": 3}
    settings |= {"min_data_per_group": 1, "cat_smooth": 1}
    model.booster_ = lightgbm.train(settings, table, 5)
    return model


REFUSED: dict[str, tuple[Any, str]] = {
    "GaussianNB": (lambda: GaussianNB().fit(X, Y), r"GaussianNB .*to_onnx.*\.joblib"),
    "RobustScaler": (
        lambda: make_pipeline(RobustScaler(), LogisticRegression()).fit(X, Y),
        r"RobustScaler .*to_onnx.*\.joblib",
    ),
    "scaler behind trees": (
        lambda: make_pipeline(StandardScaler(), SimpleImputer(), RandomForestClassifier(2)).fit(
            X, Y
        ),
        r"SimpleImputer before RandomForestClassifier .*\.joblib",
    ),
    "stratified": (
        lambda: DummyClassifier(strategy="stratified").fit(X, Y),
        r"strategy stratified throws dice.*\.joblib",
    ),
    "own kernel": (
        lambda: CalibratedSVM(kernel=inverse).fit(X, Y),  # type: ignore[arg-type]
        r"kernel inverse .*rbf.*\.joblib",
    ),
    "indicator": (
        lambda: make_pipeline(SimpleImputer(add_indicator=True), LogisticRegression()).fit(
            HOLES, Y
        ),
        r"adds or drops columns.*\.joblib",
    ),
    "another missing value": (
        lambda: make_pipeline(SimpleImputer(missing_values=-1.0), LogisticRegression()).fit(X, Y),
        r"imputer of the value -1\.0.*\.joblib",
    ),
    "several outputs": (
        lambda: RandomForestClassifier(2).fit(X, np.column_stack([Y, Y])),
        r"RandomForestClassifier of several outputs.*\.joblib",
    ),
    "categories": (
        lambda: HistGradientBoostingClassifier(categorical_features=[0]).fit(
            np.column_stack([Y, X]), Y
        ),
        r"asks for a category.*\.joblib",
    ),
    "LightGBM's categories": (
        lambda: boosted(categorical_feature=[0, 1, 2, 3]),
        r"asks for a category.*\.joblib",
    ),
    "zeros missing": (lambda: boosted(zero_as_missing=True), r"zeros are missing.*\.joblib"),
    "LightGBM's forest": (
        lambda: boosted(boosting="rf", bagging_freq=1, bagging_fraction=0.5),
        r"random forest.*\.joblib",
    ),
    "no classifier": (lambda: KMeans(2, n_init=1).fit(X), "without a fitted classifier"),
    "no best": (
        lambda: GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2, refit=False).fit(X, Y),
        "without a fitted classifier",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore::UserWarning")  # LightGBM's, of settings in two places
def test_what_cannot_be_written(name: str) -> None:
    """It is refused by name, with the way out."""
    make, message = REFUSED[name]
    model = make()
    steps = [step for _, step in model.steps] if hasattr(model, "steps") else [model]
    with pytest.raises(InputError, match=message):
        fitted_part(steps, X.shape[1])


def test_columns_that_an_imputer_drops() -> None:
    """A feature that was missing in all of the training is dropped, which no bundle can say."""
    pipeline = make_pipeline(SimpleImputer(), LogisticRegression()).fit(np.nan_to_num(EMPTY), Y)
    pipeline[0].statistics_[-1] = np.nan
    with pytest.raises(InputError, match="adds or drops columns"):
        fitted_part([step for _, step in pipeline.steps], 5)


def test_a_machine_of_earlier_versions() -> None:
    """One that was fitted before it had `machine_` asks to be trained anew."""
    model = CalibratedSVM(random_state=0).fit(X, Y)
    del model.machine_
    with pytest.raises(InputError, match=r"earlier version.*train it anew"):
        fitted_part([model], 4)


def test_one_class_against_the_rest() -> None:
    """A regression of one class against the rest is refused, not written as another."""
    model = LogisticRegression().fit(X, Y)
    model.solver = "liblinear"
    with pytest.raises(InputError, match=r"against the rest.*\.joblib"):
        fitted_part([model], 4)
