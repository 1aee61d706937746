"""Sentences claim no more than the intervals show."""

from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison, Interval
from imgpipe.evaluate.results import ModelResult
from imgpipe.report.words import numbers, sentences

NAN = float("nan")


def result(folds_run: Comparison, name: str, auc: Interval, **splits: Interval) -> ModelResult:
    """A real result under another name and AUC."""
    parts = {part: {"auc": score} for part, score in splits.items()}
    return replace(folds_run.models[0], name=name, metrics={"auc": auc}, splits=parts)


def test_touching_intervals_overlap() -> None:
    """Intervals that meet in one value overlap."""
    assert sentences.overlap(Interval(0.9, 0.8, 0.95), Interval(0.7, 0.6, 0.8))


def test_fall_from_validation_to_test(folds_run: Comparison) -> None:
    """A fall beyond both intervals is told; one within them, or a rise, is not."""
    high, low, near = (
        Interval(0.96, 0.94, 0.98),
        Interval(0.85, 0.8, 0.9),
        Interval(0.95, 0.9, 0.97),
    )
    fell = result(folds_run, "svm", low, val=high, test=low)
    held = result(folds_run, "forest", near, val=high, test=near)
    rose = result(folds_run, "cnn", high, val=low, test=high)
    text = sentences.shift([fell, held, rose], "auc")
    assert text is not None
    assert "svm (0.960 to 0.850)" in text
    assert "forest" not in text
    assert sentences.shift([held, rose], "auc") is None


def test_what_was_not_done(split_run: Comparison, folds_run: Comparison) -> None:
    """The list follows the protocol: patients, splits and tuning."""
    split = " ".join(sentences.not_done(split_run))
    folds = " ".join(sentences.not_done(folds_run))
    assert "Patients were not kept apart" in split
    assert "One split only" in split
    assert "Patients were not kept apart" not in folds
    assert "One split only" not in folds
    assert "No setting was tuned" in folds
    assert "paired test" not in split + folds


def test_a_network_needs_five_seeds(folds_run: Comparison) -> None:
    """With two to four seeds the spread of a network is hardly known, which is said."""
    network = replace(folds_run.models[0], cost={**folds_run.models[0].cost, "parameters": 9.0})
    told = {}
    for seeds in (1, 3, 5):
        run = replace(
            folds_run, models=(network,), protocol=replace(folds_run.protocol, seeds=seeds)
        )
        told[seeds] = " ".join(sentences.not_done(run))
    assert "One seed only" in told[1]
    assert "3 seeds only: a network needs 5" in told[3]
    assert "seed" not in told[5]
    plain = replace(folds_run, protocol=replace(folds_run.protocol, seeds=3))
    assert "seeds only" not in " ".join(sentences.not_done(plain))


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("model_bytes", 8_123_456, "8.12 MB"),
        ("model_bytes", 812, "812 B"),
        ("fit_cpu_seconds", 0.25, "250 ms"),
        ("fit_cpu_seconds", 12.44, "12.4 s"),
        ("fit_cpu_seconds", 3700, "1 h 1 min"),
        ("predict_ms_per_image", 0.4126, "0.413 ms"),
        ("predict_ms_per_image", 999.96, "1,000 ms"),
        ("predict_ms_p95", 1784.2, "1.8 s"),
        ("cold_start_seconds", 0.99996, "1,000 ms"),
        ("model_bytes", 999_900, "1,000 kB"),
        ("model_bytes", 2.5e12, "2,500 GB"),
        ("other", 123456.7, "123,500"),
        ("images_per_second", 15321.7, "15,300"),
        ("images_per_second", 2.4139, "2.41"),
        ("other", NAN, "–"),
    ],
)
def test_costs_have_units(key: str, value: float, shown: str) -> None:
    """Every cost is shown with its unit."""
    assert numbers.cost(key, value)[1] == shown


@pytest.mark.parametrize(("value", "shown"), [(0.9666, "0.967"), (-0.01, "−0.010"), (NAN, "–")])
def test_numbers(value: float, shown: str) -> None:
    """Scores have three digits and a true minus sign; what does not exist is a dash."""
    assert numbers.number(value) == shown
