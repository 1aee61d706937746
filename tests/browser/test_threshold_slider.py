"""The slider moves every chart and matrix at once, by hand, by keyboard and by the rules."""

from collections.abc import Callable
from typing import Any

import pytest
from pages import _folds_run, _lacking_run, _split_run

pytestmark = pytest.mark.browser

MARKS = """panel => [...panel.querySelectorAll(".marks > *")].map(mark => {
  const place = ["cx", "cy", "transform"].map(name => mark.getAttribute(name));
  return [mark.parentNode.dataset.kind, mark.dataset.model,
    mark.classList.contains("nowhere") ? null : place];
})"""

COUNTS = """panel => [...panel.querySelectorAll(".called")].map(figure => [figure.dataset.model,
  Object.fromEntries([...figure.querySelectorAll("[data-count]")].map(cell => [cell.dataset.count,
    Number(cell.querySelector(".count").textContent.replaceAll(",", ""))]))])"""

FIGURES = """panel => [...panel.querySelectorAll(".figures tbody tr")].map(row => [
  row.dataset.model, Object.fromEntries([...row.querySelectorAll("[data-figure]")].map(cell =>
    [cell.dataset.figure, cell.textContent]))])"""

Open = Callable[..., Any]


def state(page: Any, place: int = 0) -> dict[str, Any]:
    panel = page.locator("#threshold .panel").nth(place)
    return {
        "marks": panel.evaluate(MARKS),
        "counts": dict(panel.evaluate(COUNTS)),
        "figures": dict(panel.evaluate(FIGURES)),
    }


@pytest.mark.parametrize("step", [0, 20, 73, 100])
def test_the_slider_shows_the_frozen_counts(opened: Open, step: int) -> None:
    """At each threshold matrices and figures are those of the table, for every model."""
    with opened("split") as seen:
        page = seen.page
        before = state(page)
        page.locator("#threshold input[type=range]").fill(str(step))
        after = state(page)
        assert page.locator("#threshold output").text_content() == f"{step / 100:.2f}"
        for model in _split_run().models:
            (operation,) = model.operation
            table = operation.table
            assert table is not None
            tp, fp, fn, tn = (counts[step] for counts in list(vars(table).values())[1:])
            assert after["counts"][model.name] == {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
            shown = after["figures"][model.name]
            assert shown["threshold"] == f"{step / 100:.2f}"
            assert shown["sensitivity"] == f"{tp / (tp + fn):.3f}"
            assert shown["specificity"] == f"{tn / (tn + fp):.3f}"
            assert shown["ppv"] == (f"{tp / (tp + fp):.3f}" if tp + fp else "–")
            if 0 < step < 100:
                benefit = operation.decision.net_benefit[step - 1]
                assert shown["net_benefit"] == f"{benefit:.3f}".replace("-", "−")
        pairs = zip(after["marks"], before["marks"], strict=True)
        moved = {mark[0] for mark, old in pairs if mark != old}
        assert moved >= {"roc", "reliability"}
        assert seen.errors == []


def test_rings_stay_on_their_curves(opened: Open) -> None:
    """The ring on a decision curve stands where the curve is at that threshold."""
    with opened("split") as seen:
        page = seen.page
        for step in (10, 50, 90):
            page.locator("#threshold input[type=range]").fill(str(step))
            far = page.eval_on_selector_all(
                '[data-kind="decision"] .ring, [data-kind="roc"] .ring',
                """all => all.map(ring => {
                  const of = `path.line[data-model="${CSS.escape(ring.dataset.model)}"]`;
                  const line = ring.ownerSVGElement.querySelector(of);
                  const x = Number(ring.getAttribute("cx")), y = Number(ring.getAttribute("cy"));
                  let least = Infinity;
                  for (let at = 0; at <= line.getTotalLength(); at += .25) {
                    const p = line.getPointAtLength(at);
                    least = Math.min(least, Math.hypot(p.x - x, p.y - y));
                  }
                  return least;
                })""",
            )
            assert len(far) == 6
            assert max(far) < 1.5


def test_arrow_keys_move_the_slider(opened: Open) -> None:
    with opened("split") as seen:
        page = seen.page
        slider = page.locator("#threshold input[type=range]")
        slider.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert page.locator("#threshold output").text_content() == "0.53"
        assert page.get_by_role("slider", name="Threshold").count() == 1


@pytest.mark.parametrize("kind", ["split", "folds"])
def test_a_rule_gives_each_model_its_own_threshold(opened: Open, kind: str) -> None:
    """Buttons show what the thresholds chosen beforehand do, as counted when they were frozen."""
    run = _split_run() if kind == "split" else _folds_run()
    with opened(kind) as seen:
        page = seen.page
        first = state(page)
        for place, point in enumerate(run.models[0].operation[0].points):
            button = page.locator("#threshold .presets button").nth(place)
            button.click()
            assert button.get_attribute("aria-pressed") == "true"
            shown = state(page)
            for model in run.models:
                found = {p.rule: p for p in model.operation[0].points}[point.rule]
                assert shown["counts"][model.name] == vars(found.counts)
                benefit = found.net_benefit.value
                words = "–" if benefit != benefit else f"{benefit:.3f}".replace("-", "−")
                assert shown["figures"][model.name]["net_benefit"] == words
        page.locator("#threshold .presets button").first.click()
        assert state(page) == first


def test_a_model_without_the_chosen_threshold_is_marked(opened: Open) -> None:
    """It has no counts and figures under that rule, and has them again under the next one."""
    with opened("lacking") as seen:
        page = seen.page
        before = state(page)
        page.locator("#threshold .presets button").nth(1).click()
        lacking = page.locator("#threshold .called.lacking")
        assert lacking.count() == 1
        assert "forest no threshold chosen" in " ".join(lacking.inner_text().split())
        row = page.locator("#threshold .figures tr.lacking")
        assert set(row.locator("[data-figure]").all_inner_texts()) == {"–"}
        assert set(lacking.locator(".count").all_inner_texts()) == {"–"}
        model = next(m for m in _lacking_run().models if m.name == "logistic")
        (at,) = model.operation[0].points[1].thresholds
        assert page.locator("#threshold output").text_content() == f"{at:.2f}"
        slider = page.locator("#threshold input[type=range]")
        assert slider.input_value() == f"{round(100 * at)}"
        page.locator("#threshold .presets button").first.click()
        assert state(page) == before
        assert page.locator("#threshold .lacking").count() == 0
        assert seen.errors == []


def test_the_knob_is_pale_where_thresholds_differ(opened: Open) -> None:
    """Several models' thresholds are written as a range; moved by hand there is one again."""
    with opened("split") as seen:
        page = seen.page
        slider = page.locator("#threshold input[type=range]")
        rule = page.locator("#threshold .presets button").nth(1)
        rule.click()
        points = [model.operation[0].points[1] for model in _split_run().models]
        known = sorted(threshold for point in points for threshold in point.thresholds)
        told = f"{known[0]:.2f}–{known[-1]:.2f}"
        assert page.locator("#threshold output").text_content() == told
        assert slider.get_attribute("aria-valuetext") == told
        assert slider.input_value() == f"{round(100 * known[len(known) // 2])}"
        assert "several" in slider.get_attribute("class")
        slider.fill("30")
        assert "several" not in slider.get_attribute("class")
        assert page.locator("#threshold output").text_content() == "0.30"


def test_a_class_is_chosen(opened: Open) -> None:
    """One panel at a time is shown, and all follow the slider."""
    with opened("folds") as seen:
        page = seen.page
        shown = "all => all.map(panel => panel.checkVisibility())"
        panels = "#threshold .panel"
        assert page.eval_on_selector_all(panels, shown) == [True, False, False]
        page.get_by_label("Class", exact=True).select_option("2")
        assert page.eval_on_selector_all(panels, shown) == [False, False, True]
        before = state(page, 2)
        page.locator("#threshold input[type=range]").fill("15")
        assert state(page, 2) != before
        assert seen.errors == []


def test_names_of_any_kind_are_found(opened: Open) -> None:
    """Models and classes with marks of HTML and of the language in their names move as others."""
    with opened("hostile") as seen:
        page = seen.page
        assert len(state(page)["counts"]) == 3
        page.locator("#threshold input[type=range]").fill("100")
        assert {counts["tp"] for counts in state(page)["counts"].values()} <= {0, 1, 2}
        assert seen.errors == []
