"""What features change of one prediction."""

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe.evaluate.explanations.reasons import reasons
from imgpipe.learn.feature_groups import background, summarised, together

RNG = np.random.default_rng(0)
LABELS = np.arange(80) % 2
TELLING = LABELS + RNG.normal(0, 0.5, 80)
NAMES = ("telling", "same", "noise", "hog_y0_x0_o0", "hog_y0_x0_o1", "constant")
ROWS = np.column_stack(
    [TELLING, -3 * TELLING, RNG.normal(size=80), RNG.normal(size=(80, 2)), np.ones(80)]
)
LEARNT = Pipeline([("scale", StandardScaler()), ("classify", LogisticRegression())])
LEARNT.fit(ROWS, LABELS)
UNITS = ("mm", "1", "1", "1", "1", "1")
SUMMARY = summarised(NAMES, UNITS, ROWS.astype(np.float32), LABELS, 2)
IMAGE = np.array([1.8, -5.4, 0.1, 0.3, -0.2, 1.0])


def naive(columns: list[int]) -> float:
    """Mean probability with these columns taken from each training image of the background."""
    said = []
    for row in ROWS.astype(np.float32)[background(LABELS)]:
        changed = IMAGE.copy()
        changed[columns] = row[columns]
        said.append(LEARNT.predict_proba([changed])[0, 1])
    return float(np.mean(said))


def test_a_change_is_that_of_the_probability_without_the_features() -> None:
    """Each group changes the probability as a plain loop says, the strongest first."""
    found = reasons(LEARNT, SUMMARY, IMAGE, 1, ("a", "b"))
    p = LEARNT.predict_proba([IMAGE])[0, 1]
    for one in found:
        columns = [NAMES.index(name) for name in one.features]
        assert one.without == pytest.approx(naive(columns))
        assert one.change == pytest.approx(p - one.without)
    assert set(found[0].features) == {"telling", "same"}
    assert found[0].change > 0.1
    assert [abs(one.change) for one in found] == sorted(
        (abs(one.change) for one in found), reverse=True
    )
    against = reasons(LEARNT, SUMMARY, IMAGE, 0, ("a", "b"))
    assert against[0].change == pytest.approx(-found[0].change)


def test_what_is_usual_is_told_by_class() -> None:
    """Quartiles of each class, the value and its unit; a block has none."""
    by_name = {one.feature: one for one in reasons(LEARNT, SUMMARY, IMAGE, 1, ("a", "b"))}
    noise = by_name["noise"]
    quartiles = noise.typical["b"]
    expected = np.percentile(ROWS[LABELS == 1, 2], [25, 50, 75])
    np.testing.assert_allclose(
        [quartiles.low, quartiles.median, quartiles.high], expected, rtol=1e-5
    )
    assert (noise.value, noise.unit) == (0.1, "1")
    assert (by_name["hog"].value, by_name["hog"].span, by_name["hog"].typical) == (None, None, {})


def test_an_undefined_feature_has_no_value() -> None:
    """NaN is no number to show, and nothing breaks."""
    model = Pipeline([("impute", SimpleImputer()), ("classify", LogisticRegression())])
    model.fit(ROWS, LABELS)
    image = np.where(np.arange(6) == 2, np.nan, IMAGE)
    by_name = {one.feature: one for one in reasons(model, SUMMARY, image, 1, ("a", "b"))}
    assert by_name["noise"].value is None
    assert np.isfinite(by_name["noise"].change)


def test_features_that_go_together_are_one_group() -> None:
    """Equal ranks make a group, up or down; a constant stands alone; HOG is one block."""
    groups = [sorted(columns.tolist()) for _, columns in together(NAMES, ROWS)]
    assert sorted(groups) == [[0, 1], [2], [3, 4], [5]]


def test_the_background_has_as_many_of_each_class() -> None:
    """However rare a class is."""
    labels = np.repeat([0, 1, 2], [900, 90, 10])
    assert np.bincount(labels[background(labels)]).tolist() == [8, 8, 8]
