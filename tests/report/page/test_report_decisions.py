"""Calibration, thresholds and conformal sets on the page, and what is said where there are none."""

import re
from dataclasses import replace

import numpy as np

from imgpipe.evaluate import Comparison, Interval
from imgpipe.report.html import render
from imgpipe.report.languages import tell
from imgpipe.report.words.decisions import calibrated, miscalibrated
from imgpipe.report.words.fixed import rule_name
from imgpipe.report.words.numbers import number


def section(text: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', text, re.S)
    return found[0] if found else ""


def test_calibration_stands_on_the_page(choice_run: Comparison) -> None:
    """The parts of the Brier score, the error, and that of chance are the comparison's."""
    shown = section(render(choice_run), "calibration")
    for model in choice_run.models:
        found = model.calibration
        assert found is not None
        for score in (found.brier, found.reliability, found.resolution, found.ece):
            assert f'<span class="num">{number(score.value)}</span>' in shown
        assert number(found.ece_by_chance) in shown
        assert f"{model.name} has a calibration error of" in shown


def test_a_small_calibration_error_is_no_alarm(choice_run: Comparison) -> None:
    """Beyond chance and small is told from beyond chance and large."""
    model = choice_run.models[0]
    assert model.calibration is not None
    for error, chance, told, key in (
        (0.004, 0.005, "would often have as much", False),
        (0.008, 0.005, "but small", False),
        (0.02, 0.005, "but small", False),
        (0.03, 0.005, "not to be taken at its word", True),
        (0.03, 0.05, "would often have as much", False),
    ):
        found = replace(
            model.calibration, ece=Interval(error, error, error), ece_chance_limit=chance
        )
        assert told in calibrated(replace(model, calibration=found))[0]
        assert miscalibrated(found) == key


def test_thresholds_stand_on_the_page(choice_run: Comparison) -> None:
    """Each rule has its threshold and what it did, beside the prevalence it holds for."""
    text = render(choice_run)
    shown = section(text, "operating_points")
    for model in choice_run.models:
        (operation,) = model.operation
        assert f"a prevalence of {operation.prevalence:.3f}" in section(text, "threshold")
        assert len(operation.points) == 6
        for point in operation.points:
            assert tell(rule_name(point.rule)) in shown
            assert f">{point.thresholds[0]:.3f}<" in shown
            assert number(point.net_benefit.value) in shown
    # what a model calls by itself was chosen on nothing
    assert shown.count("chosen on the validation part") == 5 * len(choice_run.models)
    assert shown.count("by itself, not chosen") == len(choice_run.models)
    assert section(text, "threshold").count('<svg class="chart"') == 4
    assert "No decision threshold" not in text
    assert "alibration of the probabilities was not" not in text


def test_each_class_has_its_part(sets_run: Comparison) -> None:
    """Several classes are shown one by one, with the range of the folds' thresholds."""
    text = render(sets_run)
    shown = section(text, "operating_points")
    assert shown.count("against the rest") == 3
    assert re.search(r"0\.\d{3}–0\.\d{3}</td>", shown)
    sets = section(text, "conformal")
    found = sets_run.models[0].conformal
    assert found is not None
    for score in (found.coverage, found.mean_size, *found.by_class.values()):
        assert number(score.value) in sets
    assert "with probability 0.8" in sets


def test_hindsight_is_one_threshold(choice_run: Comparison, sets_run: Comparison) -> None:
    """In folds, thresholds of each fold can lie above the one best for all; the page says it."""
    folds = "thresholds chosen for each fold can lie above it"
    assert folds in section(render(sets_run), "operating_points")
    assert folds not in section(render(choice_run), "operating_points")


def test_what_was_not_chosen_is_said(folds_run: Comparison, sets_run: Comparison) -> None:
    """A comparison without thresholds or sets says how to get the first and shows no second."""
    text = render(folds_run)
    assert "No decision threshold was chosen for a model with a name so long" in text
    assert "--thresholds" in text
    assert "No threshold was chosen: each model calls" in section(text, "operating_points")
    assert not section(text, "conformal")
    lacking = replace(sets_run.models[0], conformal=None)
    told = render(replace(sets_run, models=(lacking, sets_run.models[1])))
    assert "No conformal sets for svm" in told


def test_a_model_without_numbers_has_no_diagram(choice_run: Comparison) -> None:
    """Probabilities that are no numbers are told in words; with none at all there is no section."""
    broken = replace(choice_run.models[0], calibration=None, operation=())
    shown = section(
        render(replace(choice_run, models=(broken, choice_run.models[1]))), "calibration"
    )
    assert f"The probabilities of {broken.name} were not judged" in shown
    none = tuple(replace(m, calibration=None, operation=()) for m in choice_run.models)
    text = render(replace(choice_run, models=none))
    assert not section(text, "calibration")
    assert not section(text, "operating_points")
    assert 'href="#calibration"' not in text


def test_images_of_probability_zero_are_counted(choice_run: Comparison) -> None:
    """How many images cost the log loss its most stands with the sentences."""
    model = choice_run.models[0]
    assert model.calibration is not None
    for n, words in ((1, "1 image a probability of 0 for what it is"), (3, "3 images a")):
        found = replace(model, calibration=replace(model.calibration, log_loss_clipped=n))
        assert words in render(replace(choice_run, models=(found,)))
    assert np.isfinite(model.metrics["log_loss"].value)


def test_a_target_that_was_missed_is_told(choice_run: Comparison, sets_run: Comparison) -> None:
    """A threshold or a set whose interval ends below what it was chosen for is a sentence."""
    model = choice_run.models[0]
    (operation,) = model.operation
    short, enough = Interval(0.6, 0.5, 0.7), Interval(0.9, 0.8, 0.97)
    for score, told in ((short, 2), (enough, 0)):
        points = tuple(replace(p, specificity=score, sensitivity=enough) for p in operation.points)
        changed = replace(model, operation=(replace(operation, points=points),))
        text = render(replace(choice_run, models=(changed,)))
        assert text.count("the threshold chosen for a specificity") == told
        assert "the threshold chosen for a sensitivity" not in text
    model = sets_run.models[0]
    assert model.conformal is not None
    changed = replace(model, conformal=replace(model.conformal, coverage=short))
    assert "less than the 0.8 asked for" in render(replace(sets_run, models=(changed,)))
