"""What is drawn are the frozen numbers, under the names that they have."""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from comparison_samples import light, toy

import imgpipe
from imgpipe._common import InputError
from imgpipe._common.palette import DARK, GRAY_DARK, GRAY_LIGHT, LIGHT
from imgpipe.evaluate import Comparison, compare

matplotlib = pytest.importorskip("matplotlib", reason="needs matplotlib: imgpipe[plot]")
matplotlib.use("agg")
pyplot = pytest.importorskip("matplotlib.pyplot")

EVERY = (
    "plot_leaderboard", "plot_roc", "plot_precision_recall", "plot_calibration", "plot_confusion",
    "plot_decision",
)  # fmt: skip


@cache
def two() -> Comparison:
    """Two classes, a model with an awkward name, a learning curve."""
    models = {"light": light(), "_$\\frac": light(C=1e-4)}
    return compare(models, toy(step=12), folds=2, learning_curve=True)


@cache
def three() -> Comparison:
    return compare({"light": light(), "faint": light(C=1e-4)}, toy(step=12, classes=3), folds=2)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before, "settings of matplotlib were changed"
    pyplot.close("all")


def line(ax, name: str, place: int = 0):
    return [each for each in ax.lines if each.get_label() == name][place]


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def best(found: Comparison):
    name = found.leaderboard()["model"].iloc[0]
    return next(model for model in found.models if model.name == name)


def test_a_roc_curve_is_that_of_the_result() -> None:
    """Points are the frozen ones, and the legend has the AUC of the leaderboard."""
    found = two()
    ax = found.plot_roc()
    for model in found.models:
        assert np.array_equal(line(ax, model.name).get_xdata(), model.roc[0].x)
        assert np.array_equal(line(ax, model.name).get_ydata(), model.roc[0].y)
    first = best(found)
    assert legend(ax)[0] == f"{first.name} (AUC = {first.metrics['auc'].value:.3f})"
    assert ax.get_title(loc="left") == "Positive class: malignant"


def test_precision_over_recall_is_that_of_the_result() -> None:
    found = two()
    ax = found.plot_precision_recall()
    curve = found.models[0].operation[0].precision_recall
    assert np.array_equal(line(ax, "light").get_xdata()[1:], curve.x)
    assert np.array_equal(line(ax, "light").get_ydata()[1:], curve.y)
    assert found.models[0].operation[0].prevalence in ax.lines[0].get_ydata()


def test_bins_of_calibration_are_those_of_the_result() -> None:
    found = two()
    ax = found.plot_calibration()
    bins = found.models[0].calibration.curves[0].bins
    drawn = line(ax, "light")
    assert drawn.get_xdata().tolist() == [each.probability for each in bins]
    assert drawn.get_ydata().tolist() == [each.observed.value for each in bins]
    assert any(f"ECE = {found.models[0].calibration.ece.value:.3f}" in name for name in legend(ax))


def test_a_confusion_matrix_is_that_of_the_result() -> None:
    """Colours are shares of each true class; counts stand in the cells."""
    found = two()
    table = found.models[0].confusion
    ax = found.plot_confusion(model="light")
    shares = table / table.sum(axis=1, keepdims=True)
    assert np.allclose(ax.images[0].get_array(), shares)
    cells = [text.get_text().split("\n")[0] for text in ax.texts]
    assert cells == [str(n) for n in table.ravel()]
    assert [text.get_text() for text in ax.get_yticklabels()] == list(found.dataset.classes)
    assert found.plot_confusion().get_title(loc="left").startswith(best(found).name)


def test_a_learning_curve_is_that_of_the_result() -> None:
    found = two()
    ax = found.plot_learning()
    curve = found.learning.curves[0]
    assert line(ax, curve.name).get_xdata().tolist() == list(curve.patients)
    assert line(ax, curve.name).get_ydata().tolist() == [auc.value for auc in curve.auc]


def test_a_decision_curve_is_that_of_the_result() -> None:
    found = two()
    ax = found.plot_decision()
    curve = found.models[0].operation[0].decision
    assert line(ax, "light").get_ydata().tolist() == list(curve.net_benefit)
    assert legend(ax)[-2:] == ["Acting on all", "Acting on none"]


def test_a_leaderboard_has_values_and_ends() -> None:
    found = two()
    ax = found.plot_leaderboard(metric="accuracy")
    score = best(found).metrics["accuracy"]
    assert line(ax, best(found).name).get_xdata().tolist() == [score.value]
    assert f"{score.value:.3f} ({score.low:.3f}–{score.high:.3f})" in [
        text.get_text() for text in ax.texts
    ]


def test_one_miss_among_many_is_no_nothing() -> None:
    """A share has one decimal, as on the page."""
    model = replace(best(two()), confusion=np.array([[20, 0], [1, 389]]))
    ax = replace(two(), models=(model,)).plot_confusion(model=model.name)
    told = [text.get_text().split("\n")[1] for text in ax.texts]
    assert told == ["100.0 %", "0.0 %", "0.3 %", "99.7 %"]


@pytest.mark.parametrize("draw", ["plot_leaderboard", "plot_decision"])
def test_words_stay_inside_the_field(draw: str) -> None:
    """Nothing runs into a field beside it, and the legend covers no curve."""
    figure, fields = pyplot.subplots(1, 2, figsize=(9, 3.5))
    ax = getattr(two(), draw)(fields[0])
    figure.canvas.draw()
    frame = ax.bbox
    box = ax.get_legend()
    words = list(ax.texts) if box is None else [box]
    assert words
    for each in words:
        shown = each.get_window_extent()
        assert shown.x0 >= frame.x0 - 1
        assert shown.x1 <= frame.x1 + 1
    if box is not None:
        floor = ax.transData.inverted().transform((0, box.get_window_extent().y0))[1]
        assert max(max(each.get_ydata()) for each in ax.lines) < floor


@pytest.mark.parametrize("draw", EVERY)
def test_axes_are_taken_and_given(draw: str) -> None:
    """What is passed as ax is drawn in, and comes back; it can be saved without a warning."""
    _, ax = pyplot.subplots()
    assert getattr(two(), draw)(ax) is ax
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()


def test_of_three_classes_the_best_model_has_a_line_for_each() -> None:
    found = three()
    ax = found.plot_roc()
    assert legend(ax) == list(found.dataset.classes)
    assert ax.get_title(loc="left") == f"{best(found).name}: each class against the rest"
    ax = found.plot_roc(label="other")
    assert sorted(legend(ax)) == ["faint", "light"]
    assert np.array_equal(line(ax, "light").get_ydata(), found.models[0].roc[2].y)
    ax = found.plot_roc(models=["light", "faint"])
    assert "light: other" in legend(ax)
    assert len(legend(ax)) == 6
    assert len(legend(found.plot_calibration(models="faint"))) == 3


def test_names_that_are_not_there_are_refused() -> None:
    """The error names what there is, and what may have been meant."""
    with pytest.raises(InputError, match=r"no model 'lights'; there are .*did you mean light\?"):
        two().plot_roc(models="lights")
    with pytest.raises(InputError, match="no ROC curve of 'malignan'; there is one of malignant"):
        two().plot_roc(label="malignan")
    with pytest.raises(InputError, match=r"no metric 'accuracies'.*did you mean accuracy"):
        two().plot_leaderboard(metric="accuracies")
    with pytest.raises(InputError, match="models names no model"):
        two().plot_calibration(models=[])


def test_what_was_not_found_is_not_drawn() -> None:
    """No learning curve, or one class among the held-out images: it says so."""
    with pytest.raises(InputError, match="compare with learning_curve=True"):
        three().plot_learning()
    found = two()
    alone = replace(found.models[0], roc=(), confusion=np.array([[5, 1], [0, 0]]))
    with pytest.raises(InputError, match="no ROC curve: all held-out images are of one class"):
        replace(found, models=(alone,)).plot_roc()
    unjudged = replace(found.models[0], calibration=None, operation=())
    with pytest.raises(InputError, match="no reliability curve of light"):
        replace(found, models=(unjudged, found.models[1])).plot_calibration(models="light")


@pytest.mark.parametrize("draw", EVERY)
def test_without_matplotlib_one_is_told_what_to_install(
    draw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install 'imgpipe\[plot\]'"):
        getattr(two(), draw)()


def test_many_classes_are_still_drawn() -> None:
    """Sixty classes: no counts in the cells, and every second name."""
    found = two()
    names = tuple(f"class number {i} with a long name" for i in range(60))
    model = replace(found.models[0], confusion=np.eye(60, dtype=int))
    ax = replace(found, models=(model,), dataset=replace(found.dataset, classes=names))
    ax = ax.plot_confusion()
    assert not ax.texts
    assert len(ax.get_xticklabels()) == 30


def test_colours_are_those_of_the_report() -> None:
    """The style sheet of the page has the same palette, light and dark."""
    from pathlib import Path

    style = Path(imgpipe.__file__).parent / "report" / "style" / "1-colours.css"
    light_part, dark_part = style.read_text(encoding="utf-8").split("@media", 1)
    for palette, gray, part in ((LIGHT, GRAY_LIGHT, light_part), (DARK, GRAY_DARK, dark_part)):
        for i, colour in enumerate(palette):
            assert f"--m{i}: {colour}" in part
        assert f"--dummy: {gray}" in part
