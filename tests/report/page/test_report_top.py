"""What a reader takes in before they scroll."""

import re
from dataclasses import replace

import pytest

from imgpipe.evaluate import Canary, Comparison, Interval, PairedTest
from imgpipe.report.html import render
from imgpipe.report.page import glance
from imgpipe.report.page.costs import section as costs
from imgpipe.report.page.leaderboard import forest
from imgpipe.report.page.misses import misses
from imgpipe.report.page.verdicts import section as verdicts
from imgpipe.report.page.view import view_of
from imgpipe.report.words import numbers


def figures(run: Comparison) -> dict[str, glance.Figure]:
    return {each.title: each for each in glance.figures(view_of(run))}


def test_key_figures(folds_run: Comparison) -> None:
    """Images, patients, leaks, mistakes and cost stand at the top, each with its section."""
    found = figures(folds_run)
    assert found["Images"].value == "36"
    assert found["Images"].note == "normal: 12, benign: 12 and malignant: 12"
    assert found["Patients"].value == "18"
    table = view_of(folds_run).best.confusion
    assert found["Called wrong"].value == f"{int(table.sum() - table.trace())}"
    assert found["One image costs"].value.endswith("ms")
    text = render(folds_run)
    for each in found.values():
        assert f'id="{each.section}"' in text


def test_a_leak_is_marked(split_run: Comparison) -> None:
    """Judged images that stand in training make their figure stand out; unknown is said."""
    copies = replace(split_run.dataset.copies, judged=3)
    leaked = replace(split_run, dataset=replace(split_run.dataset, copies=copies), look_alikes=None)
    assert figures(leaked)["Look-alikes in training"].bad
    assert figures(leaked)["Look-alikes in training"].value == "3"
    unknown = replace(copies, judged=None)
    shown = replace(leaked, dataset=replace(split_run.dataset, copies=unknown))
    assert figures(shown)["Look-alikes in training"].value == "not known"
    assert figures(split_run)["Patients"].value == "not known"


def test_what_misses_is_told_at_the_top(sets_run: Comparison) -> None:
    """Calibration and coverage that miss stand in the first box, with a link to their section."""
    model = next(m for m in sets_run.models if m.name == "svm")
    assert model.calibration is not None
    assert model.conformal is not None
    off = replace(
        model,
        calibration=replace(model.calibration, ece=Interval(0.9, 0.8, 1.0)),
        conformal=replace(model.conformal, coverage=Interval(0.5, 0.4, 0.6)),
    )
    fine = replace(
        model,
        calibration=replace(model.calibration, ece=Interval(0.0, 0.0, 0.1)),
        conformal=replace(model.conformal, coverage=Interval(0.8, 0.7, 0.9)),
        operation=(),
    )
    told = misses(view_of(replace(sets_run, models=(off,))))
    assert [miss.section for miss in told][:2] == ["calibration", "conformal"]
    limit = numbers.number(model.calibration.ece_chance_limit)
    assert told[0].text == (
        f"Not calibrated; calibration error: svm 0.900 (by chance up to {limit})."
    )
    assert told[1].text.endswith("than the 0.8 promised: svm 0.500 (0.400–0.600).")
    assert misses(view_of(replace(sets_run, models=(fine,)))) == []
    text = render(replace(sets_run, models=(off,)))
    box = text[text.index('class="warnings"') :].split("</section>")[0]
    assert '<a href="#calibration">' in box


def test_the_worst_threshold_of_a_model_is_told_at_the_top(
    choice_run: Comparison, sets_run: Comparison
) -> None:
    """Of each model the threshold that misses by most stands with what it reached; the dummy not.

    With several classes it says of which.
    """
    for run, ending in ((choice_run, ""), (sets_run, " for normal")):
        models = []
        for model in run.models:
            first, *others = model.operation
            points = tuple(
                replace(p, specificity=Interval(0.6 if "0.95" in p.rule else 0.5, 0.4, 0.7))
                for p in first.points
            )
            made = replace(first, points=points)
            rest = tuple(replace(one, points=()) for one in others)
            models.append(replace(model, operation=(made, *rest)))
        told = [m for m in misses(view_of(replace(run, models=tuple(models))))
                if m.section == "operating_points"]  # fmt: skip
        name = next(m.name for m in run.models if m.name != "dummy")
        aim = f"{name}, chosen for a specificity of 0.90{ending}, reached 0.500 (0.400–0.700)."
        assert [miss.text for miss in told] == [
            f"On held-out images a threshold misses what it was chosen for: {aim}"
        ]


def test_a_fall_to_the_test_part_is_told_at_the_top(choice_run: Comparison) -> None:
    """It stands in the first box, and not below the leaderboard."""
    model = next(m for m in choice_run.models if m.name != "dummy")
    parts = {
        "val": {**model.splits["val"], "accuracy": Interval(0.95, 0.93, 0.97)},
        "test": {**model.splits["test"], "accuracy": Interval(0.8, 0.75, 0.85)},
    }
    text = render(replace(choice_run, models=(replace(model, splits=parts),), pairs=()))
    box = text[text.index('class="warnings"') :].split("</section>")[0]
    assert "falls from the validation part to the test part" in box
    assert text.count("falls from the validation part") == 1


def test_the_axis_holds_the_best_canary(folds_run: Comparison) -> None:
    """The canary with the highest score is drawn with its interval, however far from the models."""
    best = Interval(0.98, 0.97, 0.99)
    models = tuple(
        replace(
            m, metrics={**m.metrics, "auc": Interval(0.3, 0.3, 0.3) if m.name == "dummy" else best}
        )
        for m in folds_run.models
    )
    canaries = tuple(
        Canary(name, name, {"auc": Interval(at, at - 0.04, at + 0.04)})
        for name, at in (("border", 0.75), ("size", 0.5))
    )
    found = forest(view_of(replace(folds_run, models=models, canaries=canaries, look_alikes=None)))
    assert found is not None
    border, size = (row["svg"] for row in found["groups"][0]["rows"])
    assert "<circle" in border
    assert 'class="span"' in border
    assert "<path" not in border  # no arrow
    assert "<circle" not in size
    assert found["beyond"] is not None


def test_the_forest_has_a_row_for_each_model(folds_run: Comparison, wide_run: Comparison) -> None:
    """Models in the order of the leaderboard; without any AUC their accuracy is drawn."""
    for run in (folds_run, wide_run):
        found = forest(view_of(run))
        assert found is not None
        names = [row["name"] for row in found["rows"]]
        assert sorted(names) == sorted(model.name for model in run.models)
        assert all(row["svg"] for row in found["rows"])


def test_nothing_scored_leaves_no_forest(split_run: Comparison) -> None:
    """Where not even accuracy exists the page still stands."""
    nan = float("nan")
    nothing = Interval(nan, nan, nan)
    models = tuple(replace(m, metrics=dict.fromkeys(m.metrics, nothing)) for m in split_run.models)
    run = replace(split_run, models=models, pairs=(), look_alikes=None, canaries=())
    assert forest(view_of(run)) is None
    page = render(run)
    assert 'id="leaderboard"' in page
    told = "No scores are given: the held-out images of a class are too few for them."
    assert told in page
    assert "has the highest" not in page
    assert f"<b>{told}</b>" in run._repr_html_()


def test_lower_is_better_is_said(folds_run: Comparison) -> None:
    """Brier score and log loss say which way is good, and no other metric does."""
    text = render(folds_run)
    marked = re.findall(r'>([^<]+)<span class="ci">lower is better', text)
    assert marked == ["Brier score", "Log loss"]


def test_pairs_of_many_models_are_folded_below_a_matrix(wide_run: Comparison) -> None:
    """Ten models have 45 pairs: all against all is shown, the list is folded."""
    found = verdicts(view_of(wide_run))
    assert found is not None
    assert found["folded"]
    assert found["matrix"]["many"]
    assert [len(row["cells"]) for row in found["matrix"]["rows"]] == [10] * 10


def test_sensitivity_and_specificity_follow_the_auc(split_run: Comparison) -> None:
    """They stand where a table as wide as this one need not be scrolled."""
    text = render(split_run)
    head = text[text.index('class="board wide"') :].split("</tr>")[0]
    names = re.findall(r'class="r">([^<]+)<', head)
    assert names[:5] == ["AUC", "Sensitivity", "Specificity", "Balanced accuracy", "Accuracy"]


def test_spreads_stand_in_the_order_of_the_leaderboard(folds_run: Comparison) -> None:
    """The best model first, as everywhere, whatever the order of the comparison."""
    for spreads in (folds_run.spreads, folds_run.spreads[::-1]):
        found = verdicts(view_of(replace(folds_run, spreads=spreads)))
        assert found is not None
        names = [row["name"] for row in found["spreads"]["rows"]]
        assert names == [model.name for model in view_of(folds_run).ranked]


def test_the_overall_test_writes_its_p_whole(folds_run: Comparison) -> None:
    """An equals sign stands before a p-value in a sentence, unless it is below a thousandth."""
    for p, shown in ((0.0045, "p\u00a0=\u00a00.0045"), (0.0001, "p\u00a0<\u00a00.001")):
        test = PairedTest(float("nan"), float("nan"), float("nan"), 1784.2, p, "Cochran")
        found = verdicts(view_of(replace(folds_run, overall=test)))
        assert found is not None
        assert found["overall"] == f"Do all models err equally often? Cochran: 1,780, {shown}."


def test_a_matrix_says_who_is_better_from_both_sides(split_run: Comparison) -> None:
    """The cells on both sides of the diagonal have opposite signs and marks."""
    (only,) = split_run.pairs
    first, second = (model.name for model in split_run.models)
    made = replace(only, a=first, b=second, difference=0.1, low=0.05, high=0.15, p_value=0.001,
                   verdict="better", better=first)  # fmt: skip
    models = tuple(
        replace(m, name=name)
        for m, name in zip([*split_run.models] * 2, [first, second, "x", "y"], strict=True)
    )
    found = verdicts(view_of(replace(split_run, models=models, pairs=(made,))))
    assert found is not None
    cells = {
        (row["name"], name): cell
        for row in found["matrix"]["rows"]
        for name, cell in zip(found["matrix"]["names"], row["cells"], strict=True)
    }
    assert cells[first, second]["kind"] == "better"
    assert cells[second, first]["kind"] == "worse"
    assert (cells[first, second]["value"], cells[second, first]["value"]) == ("+0.100", "−0.100")


@pytest.mark.parametrize("names", [("a", "b"), ("a" * 30, "b")])
def test_costs_name_the_front(folds_run: Comparison, names: tuple[str, str]) -> None:
    """The cheaper and the better model are named; long names stand in the table alone."""
    metric = Interval(0.8, 0.7, 0.9), Interval(0.9, 0.85, 0.95)
    models = tuple(
        replace(
            folds_run.models[0],
            name=name,
            metrics={**folds_run.models[0].metrics, "auc": auc},
            cost={"predict_cpu_ms_per_image": time, "model_bytes": 2e6},
        )
        for name, auc, time in zip(names, metric, (1.0, 30.0), strict=True)
    )
    found = costs(view_of(replace(folds_run, models=models, pairs=(), look_alikes=None)))
    assert f"{names[0]} (1 ms) and {names[1]} (30 ms)" in found["told"]
    assert found["numbered"] == (len(names[0]) > 20)
    assert ("2 MB</tspan>" in found["charts"]["broad"]) != found["numbered"]


def test_a_disturbed_time_is_marked(folds_run: Comparison) -> None:
    """A wait far above the CPU time, of one image or of many at once, is marked and explained."""
    time = {"predict_ms_per_image": 14.1, "predict_cpu_ms_per_image": 3.12}
    for cost, marked in (
        ({**time, "images_per_second": 10.7}, 2),
        ({**time, "images_per_second": 320.0}, 1),
        ({**time, "predict_ms_per_image": 3.2, "images_per_second": 320.0}, 0),
        ({"predict_ms_per_image": 14.1, "images_per_second": 10.7}, 0),
    ):
        models = tuple(replace(m, cost=cost) for m in folds_run.models[:1])
        text = render(replace(folds_run, models=models, pairs=(), look_alikes=None))
        section = text[text.index('<section id="costs">') :].split("</section>")[0]
        assert section.count('<span class="ci">disturbed</span>') == marked
        assert ("more than 1.5 times its CPU time" in section) == bool(marked)
        assert ("CPU time, one thread" in text) == ("predict_cpu_ms_per_image" in cost)


def test_means_over_folds_are_told_from_folds_together(
    choice_run: Comparison, sets_run: Comparison
) -> None:
    """Each section says which of the two it gives, in cross-validation only."""
    together = "All folds are put together here"
    for run, there in ((sets_run, True), (choice_run, False)):
        text = render(run)
        for name in ("calibration", "operating_points"):
            section = text[text.index(f'<section id="{name}">') :].split("</section>")[0]
            assert (together in section) == there
        assert ("Scores are means over folds" in text) == there
    protocol = replace(sets_run.protocol, repeats=3)
    assert "All folds of the first repeat are put" in render(replace(sets_run, protocol=protocol))


def test_without_costs_it_is_said(folds_run: Comparison) -> None:
    models = tuple(replace(model, cost={}) for model in folds_run.models)
    assert "Costs were not measured." in render(replace(folds_run, models=models))
