"""Images unlike those of the training: the distance, and the limit of what is like them."""

import numpy as np
import pytest

from imgpipe.datasets import load
from imgpipe.datasets.pairs import as_dataset
from imgpipe.features import extract_many
from imgpipe.learn import fit, fit_model, make_pipeline
from imgpipe.learn.fitting import fit_measured
from imgpipe.learn.novelty import training
from imgpipe.learn.novelty.distance import Novelty
from imgpipe.learn.novelty.fitting import LEAST, fit_novelty
from imgpipe.learn.novelty.held_out import divided, kept_together, limit_of

FAMILIES = ["intensity"] * 3 + ["hog"] * 9


def _rows(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 12)) @ np.diag(np.linspace(1, 3, 12)) + 5.0
    rows[:, 1] = rows[:, 0] + 0.1 * rng.normal(size=n)
    return rows


def _fitted(rows: np.ndarray, groups: np.ndarray | None = None) -> Novelty:
    found = fit_novelty(rows, FAMILIES, np.arange(len(rows)) if groups is None else groups)
    assert isinstance(found, Novelty)
    return found


def test_one_of_two_hundred_like_the_training_is_marked():
    """Of new rows from the same distribution half a percent is marked, on average of many."""
    shares = [
        (_fitted(_rows(400, seed)).distances(_rows(2000, 100 + seed)) > 1).mean()
        for seed in range(20)
    ]
    assert 0.002 < np.mean(shares) < 0.0085


def test_rows_that_break_a_correlation_are_marked():
    """A row whose features are usual each by itself, but not together, is marked."""
    rows = _rows(400)
    novelty = _fitted(rows)
    odd = rows[:50].copy()
    odd[:, 1] = odd[::-1, 1] + 1.5
    assert (novelty.distances(odd) > 1).mean() > 0.7
    assert (novelty.distances(rows[:50]) > 1).mean() < 0.1


def test_no_feature_decides_alone():
    """However far one feature of many is off, the distance is that of five standard deviations."""
    novelty = _fitted(_rows(400))
    far, farther = np.full((2, 12), 5.0)
    far[0], farther[0] = 1e3, np.inf
    one, other = novelty.distances(np.stack([far, farther]))
    assert one == other < np.inf


def test_constant_and_undefined_features():
    """A constant feature counts for nothing, one undefined now and then is filled in by the median,
    and one that never was undefined before lies five standard deviations off.
    """
    rows = _rows(400)
    rows[:, 4] = 7.0
    rows[::10, 5] = np.nan
    novelty = _fitted(rows)
    assert novelty.precision[4] == 0.0
    changed = np.nanmedian(rows, axis=0)[None].repeat(4, axis=0)
    changed[1, 4] = -1e9
    changed[2, 5] = np.nan
    changed[3, 6] = np.nan
    usual, constant, known, new = novelty.distances(changed)
    assert constant == usual
    assert known == pytest.approx(usual, abs=1e-9)
    assert new > usual + 0.2


def test_infinite_and_huge_training_features_leave_numbers():
    """Infinite and huge features of training images make no distance undefined."""
    rows = _rows(200)
    rows[3, 2], rows[4, 2], rows[5, 3] = np.inf, -np.inf, 1e300
    assert np.isfinite(_fitted(rows).distances(rows)).all()


def test_families_count_alike():
    """Three features of one family weigh as much as nine of another, constant ones left out."""
    rows = _rows(300)
    rows[:, 11] = 1.0
    precision = _fitted(rows).precision
    assert precision[:3].sum() == pytest.approx(precision[3:].sum())
    assert precision[11] == 0.0


@pytest.mark.parametrize(
    ("n", "marked", "expected"),
    [(LEAST, 0, 1 / 21), (60, 0, 1 / 61), (198, 0, 1 / 199), (199, 0, 0.005), (500, 1, 2 / 501)],
)
def test_few_images(n: int, marked: int, expected: float):
    """Up to 199 images the largest held-out distance is the limit, which 1 in n + 1 passes; beyond
    that it is the `ceil((n + 1) * .995)`-th.
    """
    found = _fitted(_rows(n))
    assert found.held_out == found.groups == n
    assert found.marked == marked
    assert found.expected == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("rows", "groups", "reason"),
    [
        (_rows(LEAST - 1), np.arange(LEAST - 1), "19 training images are too few; it takes 20"),
        (_rows(258), np.arange(258) % 4, "their 4 patients, or sets of equal images, are too few"),
        (np.ones((50, 12)), np.arange(50), "no feature varies among the training images"),
        (np.repeat((np.arange(50) < 30.0)[:, None], 12, axis=1),
         np.maximum(np.arange(50) - 29, 0), "without the images of one patient no feature varies"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_learnt_the_reason_is_given(
    rows: np.ndarray, groups: np.ndarray, reason: str
):
    """Too few images, too few patients, and features that do not vary are told apart."""
    assert reason in fit_novelty(rows, FAMILIES, groups)


def test_the_limit_counts_patients_alike():
    """A patient with many images moves the limit no more than one with a single image."""
    distances = np.concatenate([np.arange(999.0), np.full(5000, 2000.0)])
    groups = np.concatenate([np.arange(999), np.full(5000, 999)])
    limit, expected = limit_of(distances, groups)
    assert limit == 995.0
    assert expected == pytest.approx(0.005, abs=1e-3)


def test_no_patient_and_no_copy_is_divided():
    """Images of one patient, and equal images of two, are held out together."""
    patients = np.repeat(np.arange(40), 3)
    digests = [str(i) for i in range(120)]
    digests[119] = digests[0]
    groups = kept_together(patients, digests)
    assert groups[0] == groups[119]
    assert len(np.unique(groups)) == 39
    parts = divided(groups, 5)
    assert sorted(np.concatenate([test for _, test in parts]).tolist()) == list(range(120))
    for train, test in parts:
        assert not set(groups[train]) & set(groups[test])
        assert 15 <= len(test) <= 33


def test_fitting_in_parts_changes_no_prediction():
    """A pipeline fitted in two halves says the same, bit by bit, as one fitted as a whole."""
    data = load("synthetic-nodules")
    pipeline = make_pipeline("svm", families="intensity")
    whole = fit_model(pipeline, data.images, data.labels, data.groups)
    halves, values = fit_measured(pipeline, data.images, data.labels, data.groups)
    assert np.array_equal(whole.predict_proba(data.images), halves.predict_proba(data.images))
    assert np.array_equal(values, whole[:1].transform(data.images))


def test_a_model_can_do_without():
    """`ood=False` leaves the part out, and nothing is said of it."""
    data = load("synthetic-nodules")
    assert fit(data, "dummy", families="intensity", ood=False).novelty is None
    told = fit(data, "dummy", families="intensity")
    assert told.novelty.groups == 72
    assert any("about 1 in 73" in text for text in told.warnings)


def test_the_reason_is_a_warning_of_the_model():
    """A model of many images of four patients says that it is the patients who are too few."""
    data = load("synthetic-nodules")
    few = data.take(np.flatnonzero(np.isin(data.groups, np.unique(data.groups)[:4])))
    trained = fit(few, "dummy", families="intensity")
    assert trained.novelty is None
    assert len(few) >= LEAST or "training images are too few" in trained.warnings[-1]
    assert trained.warnings[-1].startswith("new images out of distribution will not be flagged: ")


def test_workers_measure_for_the_flag(monkeypatch: pytest.MonkeyPatch):
    """`n_jobs` of a fit holds for the features that are measured for the flag alone."""
    seen = []

    def measured(images, *, n_jobs, **settings):
        seen.append(n_jobs)
        return extract_many(images, **settings)

    monkeypatch.setattr(training, "extract_many", measured)
    images = np.random.default_rng(0).integers(0, 99, (30, 8, 8)).astype(np.uint8)
    part = as_dataset((images, np.arange(30) % 2))
    digests = [str(i) for i in range(30)]
    assert isinstance(training.novelty_of(None, part, digests, None, 3), Novelty)
    assert seen == [3]
