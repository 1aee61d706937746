"""Curves and matrices at a threshold: what stands on the page before a script has moved it."""

import json
import re
from dataclasses import replace

from toy_datasets import with_classes

from imgpipe.evaluate import Comparison
from imgpipe.report.charts.square import ACROSS, UP
from imgpipe.report.html import render
from imgpipe.report.page import classes, confusion, threshold
from imgpipe.report.page.view import view_of


def section(text: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', text, re.S)
    return found[0] if found else ""


def embedded(text: str) -> list[dict]:
    found = re.search(r'<script type="application/json">(.*?)</script>', text, re.S)
    assert found
    return json.loads(found[1])


def test_the_matrix_is_the_model_s_own_calls(choice_run: Comparison) -> None:
    """Before anything is moved, the four counts of a model are those of its confusion matrix."""
    shown = section(render(choice_run), "threshold")
    counts = [
        {key: int(n) for key, n in re.findall(r'data-count="(\w+)"><[^>]*>([\d,]+)<', figure)}
        for figure in shown.split('<figure class="called"')[1:]
    ]
    for model, found in zip(view_of(choice_run).ranked, counts, strict=True):
        (tn, fp), (fn, tp) = model.confusion
        assert found == {"tn": tn, "fp": fp, "fn": fn, "tp": tp}


def test_rings_stand_on_the_calls(choice_run: Comparison) -> None:
    """The ring of a model on the ROC chart stands at its own 1 - specificity and sensitivity."""
    (part,) = threshold.section(view_of(choice_run))["parts"]
    roc = part["charts"][0]["svg"]
    for model in choice_run.models:
        (operation,) = model.operation
        point = operation.points[0]
        x, y = ACROSS(1 - point.specificity.value), UP(point.sensitivity.value)
        assert f'class="ring" data-model="{model.name}" cx="{x:.1f}" cy="{y:.1f}"' in roc


def test_the_script_is_given_every_threshold(choice_run: Comparison) -> None:
    """Counts at each hundredth and of each chosen threshold are those that were frozen."""
    (data,) = embedded(render(choice_run))
    for model, given in zip(view_of(choice_run).ranked, data["models"], strict=True):
        (operation,) = model.operation
        assert operation.table is not None
        assert given["name"] == model.name
        assert (tuple(given["tp"]), tuple(given["fp"])) == (operation.table.tp, operation.table.fp)
        assert data["positives"] + data["negatives"] == operation.n
        for point in operation.points:
            chosen = given["points"][point.rule]
            assert (chosen["tp"], chosen["fp"]) == (point.counts.tp, point.counts.fp)
            assert chosen["at"] == point.thresholds[0]
            assert chosen["benefit"] == point.net_benefit.value


def test_embedded_names_cannot_end_the_script(choice_run: Comparison) -> None:
    """A model called like the end of a script is read back by its name."""
    name = "</script><b>&"
    bad = replace(choice_run.models[0], name=name)
    text = render(replace(choice_run, models=(bad, choice_run.models[1])))
    (data,) = embedded(text)
    assert name in {model["name"] for model in data["models"]}
    assert "</script><b>" not in text


def test_several_classes_have_a_panel_each(sets_run: Comparison) -> None:
    """Each class stands against the rest; one slider is there, hidden until a script shows it."""
    text = section(render(sets_run), "threshold")
    assert text.count('<details class="panel"') == 3
    assert text.count('type="range"') == 1
    assert '<div class="control" hidden>' in text
    assert re.findall(r'<option value="(\d)">(\w+)<', text) == [
        ("0", "normal"),
        ("1", "benign"),
        ("2", "malignant"),
    ]
    # the model calls the likeliest class: no one threshold, and no net benefit
    assert 'class="ring nowhere"' in text
    assert len(embedded(text)) == 3


def test_a_run_without_probabilities_has_no_section(choice_run: Comparison) -> None:
    none = tuple(replace(m, calibration=None, operation=(), roc=()) for m in choice_run.models)
    text = render(replace(choice_run, models=none))
    assert not section(text, "threshold")
    # matrices of two classes, which stand beside the curves otherwise, have a section of their own
    assert section(text, "confusion")


def test_curves_alone_have_no_slider(split_run: Comparison, choice_run: Comparison) -> None:
    """Without counts at thresholds there is nothing to move."""
    bare = tuple(replace(m, operation=()) for m in choice_run.models)
    text = section(render(replace(choice_run, models=bare)), "threshold")
    assert 'type="range"' not in text
    assert text.count('<svg class="chart"') == 2
    tables = tuple(
        replace(m, operation=tuple(replace(o, table=None) for o in m.operation))
        for m in choice_run.models
    )
    text = section(render(replace(choice_run, models=tables)), "threshold")
    assert 'type="range"' not in text
    assert "was not kept, since there are too many classes" in text
    assert "data-rule" in text


def test_of_many_classes_the_best_and_worst_are_shown(sets_run: Comparison) -> None:
    """200 classes have 12 panels, and the page says which."""
    run = with_classes(sets_run, 200)
    shown = [f"class {k}" for k in (*range(6), *range(194, 200))]
    assert classes.shown(view_of(run)) == shown
    text = render(run)
    panels = section(text, "threshold")
    assert panels.count('<details class="panel"') == 12
    assert "Of 200 classes, 12 are shown" in panels
    assert section(text, "operating_points").count("<details") == 12
    assert classes.shown(view_of(with_classes(sets_run, 12))) == [f"class {k}" for k in range(12)]


def test_many_classes_are_listed_instead_of_a_matrix(sets_run: Comparison) -> None:
    """What is confused most stands first, with its share, and every class with its sensitivity."""
    found = confusion.section(view_of(with_classes(sets_run, 200)))
    assert found is not None
    assert found["matrices"] == []
    rows = found["lists"][0]["rows"]
    assert [(row["true"], row["called"], row["count"]) for row in rows] == [
        ("class 0", "class 1", 5),
        ("class 0", "class 2", 2),
        ("class 0", "class 3", 1),
    ]
    assert rows[0]["share"] == 5 / 11
    worst = found["by_class"][0]
    assert (worst["name"], worst["n"], worst["shares"][0]) == ("class 0", 11, 3 / 11)
    text = section(render(with_classes(sets_run, 200)), "confusion")
    assert "188 more classes" in text
    assert 'class="confusion' not in text
    assert 'class="confusion' in section(render(with_classes(sets_run, 20)), "confusion")


def test_labels_of_a_matrix_are_whole(wide_run: Comparison) -> None:
    """Long names of classes stand in full in the heads of rows and columns; shares with counts."""
    text = section(render(wide_run), "confusion")
    name = "class 7 with a name that goes on for quite a while, left side"
    assert text.count(f"<span>{name}</span>") == 2 * len(wide_run.models)
    assert '<span class="count">' in text
    assert '<span class="share">100.0 %</span>' in text
