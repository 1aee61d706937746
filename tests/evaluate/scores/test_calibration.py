"""Bins, the parts of the Brier score and the calibration error, against plain loops."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from imgpipe.evaluate.records.calibration import calibration
from imgpipe.evaluate.scores.calibration import (
    binned,
    brier_parts,
    calibration_error,
    error_interval,
    errors_by_chance,
    quantile_bins,
    units_of_chance,
)
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.evaluate.scores.pooled import Pool


def naive_error(p: np.ndarray, y: np.ndarray, bins: np.ndarray) -> float:
    """Distance of mean probability and share in each bin, weighted by its size."""
    total = 0.0
    for name in set(bins.tolist()):
        inside = bins == name
        total += inside.sum() * abs(p[inside].mean() - y[inside].mean())
    return total / len(p)


def naive_parts(p: np.ndarray, y: np.ndarray, bins: np.ndarray) -> dict[str, float]:
    """Each part by its definition."""
    found = {"reliability": 0.0, "resolution": 0.0, "within": 0.0}
    for name in set(bins.tolist()):
        q, z = p[bins == name], y[bins == name]
        found["reliability"] += len(q) * (q.mean() - z.mean()) ** 2 / len(p)
        found["resolution"] += len(q) * (z.mean() - y.mean()) ** 2 / len(p)
        covariance = ((q - q.mean()) * (z - z.mean())).sum()
        found["within"] += (((q - q.mean()) ** 2).sum() - 2 * covariance) / len(p)
    return found | {"uncertainty": y.mean() * (1 - y.mean())}


def drawn(seed: int, n: int, slope: float = 1.0, slices: int = 1) -> tuple[np.ndarray, ...]:
    """Probabilities, outcomes and patients; with a slope of 1 every probability is true."""
    rng = np.random.default_rng(seed)
    z = 1.8 * rng.standard_normal(n // slices)
    y = rng.random(len(z)) < 1 / (1 + np.exp(-z))
    p = 1 / (1 + np.exp(-slope * z))
    patients = np.arange(len(z))
    return tuple(np.repeat(x, slices) for x in (p, y.astype(float), patients))


def pool(p: np.ndarray, y: np.ndarray, patients: np.ndarray, resamples: int = 300) -> Pool:
    scores = np.column_stack([1 - p, p])
    part = HeldOut(np.arange(len(p)), scores.argmax(axis=1), scores)
    made = Pool.of([part], y.astype(int), patients)
    return Pool(made.true, made.predicted, made.scores, made.clusters, made.fold, 0, resamples)


def test_bins_are_scikit_learn_s() -> None:
    """Mean probability and observed share of each bin are those of `calibration_curve`."""
    for seed in range(10):
        p, y, _ = drawn(seed, 137, slope=1.7)
        if seed % 2:
            p = np.round(p, 1)
        bins = quantile_bins(p)
        sums = binned(np.ones((1, len(p))), bins, p, y)
        shares, means = calibration_curve(y, p, n_bins=10, strategy="quantile")
        np.testing.assert_allclose((sums.p / sums.n)[0], means)
        np.testing.assert_allclose((sums.y / sums.n)[0], shares)


def test_weights_count_samples_again() -> None:
    """A weighting gives the figures of samples written out as often as they weigh."""
    p, y, _ = drawn(1, 90, slope=2)
    bins = quantile_bins(p)
    weights = np.random.default_rng(0).integers(0, 3, (4, 90))
    weights[1, bins == 2] = 0
    errors = calibration_error(binned(weights.astype(float), bins, p, y))
    parts = brier_parts(weights.astype(float), bins, p, y)
    for row, times in enumerate(weights):
        again = np.repeat(np.arange(90), times)
        assert errors[row] == pytest.approx(naive_error(p[again], y[again], bins[again]))
        for name, value in naive_parts(p[again], y[again], bins[again]).items():
            assert parts[name][row] == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_the_parts_make_up_the_brier_score(n_classes: int) -> None:
    """Reliability - resolution + uncertainty + the rest within bins is scikit-learn's score."""
    rng = np.random.default_rng(n_classes)
    labels = np.r_[np.arange(n_classes), rng.integers(n_classes, size=150)]
    scores = rng.dirichlet(np.ones(n_classes), len(labels))
    part = HeldOut(np.arange(len(labels)), scores.argmax(axis=1), scores)
    names = tuple("abcde"[:n_classes])
    found = calibration(Pool.of([part], labels, np.arange(len(labels))), names)
    assert found is not None
    total = found.uncertainty.value + found.reliability.value - found.resolution.value
    expected = brier_score_loss(labels, scores)
    assert total + found.within_bins == pytest.approx(expected)
    assert found.brier.value == pytest.approx(expected)
    assert [curve.name for curve in found.curves] == (["b"] if n_classes == 2 else list(names))
    assert found.ece_of == ("b" if n_classes == 2 else "top label")


def test_bins_of_one_probability_need_no_rest() -> None:
    """Where every bin holds one probability, Murphy's three terms alone are the Brier score."""
    rng = np.random.default_rng(2)
    p = rng.integers(0, 5, 200) / 4
    y = (rng.random(200) < 0.3 + 0.5 * p).astype(float)
    parts = brier_parts(np.ones((1, 200)), quantile_bins(p, 200), p, y)
    assert parts["within"][0] == pytest.approx(0, abs=1e-12)
    total = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
    assert total[0] == pytest.approx(np.mean((p - y) ** 2))


def test_the_error_by_chance_is_that_of_true_probabilities() -> None:
    """Sets whose outcomes follow their probabilities have the errors that are foretold."""
    p, _, patients = drawn(3, 400)
    bins = quantile_bins(p)
    foretold = errors_by_chance(p, bins, patients)
    rng = np.random.default_rng(8)
    met = [naive_error(p, (rng.random(400) < p).astype(float), bins) for _ in range(300)]
    assert foretold.mean() == pytest.approx(np.mean(met), rel=0.05)
    assert np.percentile(foretold, 95) == pytest.approx(np.percentile(met, 95), rel=0.08)


def test_images_of_a_patient_share_their_chance() -> None:
    """Four images of a patient with one label tell as much as one: chance errs more by far."""
    p, y, patients = drawn(4, 400, slices=4)
    together = units_of_chance(y.astype(int), patients)
    assert len(np.unique(together)) == 100
    bins = quantile_bins(p)
    ratio = (
        errors_by_chance(p, bins, together).mean()
        / errors_by_chance(p, bins, np.arange(400)).mean()
    )
    assert ratio == pytest.approx(2.0, rel=0.15)
    y[0] = 1 - y[0]  # a patient with two labels: its images are drawn one by one
    assert len(np.unique(units_of_chance(y.astype(int), patients))) == 103


@pytest.mark.parametrize(("slope", "slices"), [(1.0, 1), (1.0, 4), (2.5, 1), (2.5, 4)])
@pytest.mark.full
def test_intervals_hold_the_true_error(slope: float, slices: int) -> None:
    """Of true probabilities (error 0) and of overconfident ones, about 95 % of intervals do."""
    p, y, _ = drawn(99, 400_000, slope)
    true = naive_error(p, y, quantile_bins(p)) if slope != 1 else 0.0
    inside = 0
    for seed in range(60):
        p, y, patients = drawn(seed, 400, slope, slices)
        bins = quantile_bins(p)
        chance = errors_by_chance(p, bins, units_of_chance(y.astype(int), patients), seed=seed)
        found = error_interval(pool(p, y, patients), p, y, bins, chance)
        inside += found.low <= true <= found.high
        assert found.low <= found.value <= found.high
    assert inside >= 53


def test_odd_input_has_a_calibration_or_none() -> None:
    """Equal, sure and few probabilities and a missing class are judged; NaN is not."""
    one = np.full(30, 0.4)
    found = calibration(pool(one, np.arange(30) % 2, np.arange(30)), ("a", "b"))
    assert found is not None
    assert len(found.curves[0].bins) == 1
    assert found.ece.value == pytest.approx(0.1)
    sure = np.tile([0.0, 1.0], 15)
    found = calibration(pool(sure, sure, np.arange(30)), ("a", "b"))
    assert found is not None
    assert (found.ece.value, found.brier.value, found.ece_by_chance) == (0, 0, 0)
    assert found.curves[0].bins[0].observed.high == pytest.approx(0.204, abs=1e-3)
    found = calibration(pool(sure, 1 - sure, np.arange(30)), ("a", "b"))
    assert found is not None
    assert (found.ece.value, found.log_loss_clipped) == (1.0, 30)
    absent = calibration(pool(one, np.zeros(30), np.arange(30)), ("a", "b"))
    assert absent is not None
    assert absent.uncertainty.value == 0
    two = calibration(pool(np.array([0.2, 0.7]), np.array([0, 1]), np.arange(2)), ("a", "b"))
    assert two is not None
    assert two.ece.low <= two.ece.value <= two.ece.high
    assert calibration(pool(np.r_[one, np.nan], np.zeros(31), np.arange(31)), ("a", "b")) is None
