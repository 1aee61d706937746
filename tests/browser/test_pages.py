"""Every page opens quietly, draws its charts inside their frames, and reads for everyone."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import AXE
from pages import PAGES

pytestmark = pytest.mark.browser

OUTSIDE = """() => [...document.querySelectorAll("svg.chart")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width && (box.left < frame.left - 2 || box.right > frame.right + 2 ||
      box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
  }).map((text) => `${svg.getAttribute("aria-label")}: ${text.textContent}`);
})"""

COVERED = """() => [...document.querySelectorAll("svg.chart")].flatMap((svg) => {
  const boxes = [...svg.querySelectorAll("text.axis, text.tick")].map((text) =>
    [text.textContent, text.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([, q]) => p.width && q.width &&
    p.left + 1 < q.right && q.left + 1 < p.right && p.top + 2 < q.bottom && q.top + 2 < p.bottom
  ).map(([b]) => `${svg.getAttribute("aria-label")}: ${a} on ${b}`));
})"""

UNFOLD = """() => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  for (const part of document.querySelectorAll(".panel[hidden]")) part.hidden = false;
}"""

FAULTS = """async () => (await axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})).violations
  .filter((found) => ["serious", "critical"].includes(found.impact))
  .map((found) => `${found.id}: ${found.nodes.length} times, ` +
    found.nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 160)} ` +
      (node.any[0] ? node.any[0].message : "")).join("; "))"""

LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
CHARTLESS = {"notebook", "runs", "runs-zh"}
# large ones, of which a scan takes long, and those that differ from others in their words alone
LESS = [kind for kind in PAGES if kind.endswith("-zh") or kind in {"many", "very-many", "lacking"}]

Open = Callable[..., Any]


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_opens_quietly_and_draws_its_charts(opened: Open, kind: str) -> None:
    """No error, no request; each chart has a size, its words are inside, none lies on another."""
    with opened(kind) as seen:
        page = seen.page
        page.evaluate(UNFOLD)
        sizes = page.eval_on_selector_all(
            "svg.chart:not(.narrow *)",
            "all => all.map(svg => svg.getBoundingClientRect().toJSON())",
        )
        assert sizes or kind in CHARTLESS
        assert all(size["width"] > 100 and size["height"] > 20 for size in sizes)
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate(COVERED) == []
        assert seen.errors == []
        assert seen.requests == []


@pytest.mark.parametrize(
    ("kind", "width", "scheme"),
    [
        *((kind, *look) for kind in PAGES if kind not in LESS for look in LOOKS),
        *((kind, *look) for kind in LESS for look in LOOKS[1:3][: 1 + kind.endswith("-zh")]),
    ],
)
def test_a_page_is_for_everyone(opened: Open, kind: str, width: int, scheme: str) -> None:
    """Nothing serious by axe-core; a phone need not scroll sideways, and cuts no word off."""
    with opened(kind, width, scheme) as seen:
        page = seen.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OUTSIDE) == []
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        faults = page.evaluate(FAULTS)
        keep(page, f"{kind}-{width}-{scheme}")
        assert faults == []
        assert seen.errors == []


# of a sheet of A4 between its margins
_PAPER = {"width": 703, "height": 1020}
_BEYOND_PAPER = """() => [...document.querySelectorAll("body *:not(svg *)")]
  .filter(e => e.getBoundingClientRect().width && e.getBoundingClientRect().right > 705)
  .map(e => e.tagName + " " + e.className)"""
_LETTERS = """() => [...document.querySelectorAll("th, td, td .num, td .ci, p, li, figcaption")]
  .filter(e => e.getClientRects().length && e.textContent.trim())
  .map(e => 0.75 * parseFloat(getComputedStyle(e).fontSize))"""


@pytest.mark.parametrize("kind", ["split", "folds"])
def test_print_unfolds_what_is_folded(opened: Open, kind: str) -> None:
    """On paper folded parts are open, letters have 7 pt, no slider is left, nothing sticks out."""
    with opened(kind) as seen:
        page = seen.page
        page.emulate_media(media="print")
        page.set_viewport_size(_PAPER)
        heights = page.eval_on_selector_all(
            "details:not([open]):not([hidden]):not(.folded)",
            """all => all.map(part => part.getBoundingClientRect().height -
              part.querySelector("summary").getBoundingClientRect().height)""",
        )
        assert heights
        assert min(heights) > 20
        assert page.evaluate(_BEYOND_PAPER) == []
        assert min(page.evaluate(_LETTERS)) >= 6.9
        assert (
            not page.locator("#threshold input, #threshold select, .presets button")
            .filter(visible=True)
            .count()
        )


@pytest.mark.parametrize("kind", ["split", "folds"])
def test_a_page_without_a_script_says_all_the_same(opened: Open, kind: str) -> None:
    """With scripts off the charts and figures are there, and no control that does nothing."""
    with opened(kind, script=False) as seen:
        page = seen.page
        assert page.locator("svg.chart").first.is_visible()
        assert page.locator(".called").first.is_visible()
        assert not page.locator("input, select, button").filter(visible=True).count()


def test_a_model_is_hidden_and_shown_again(opened: Open) -> None:
    """The button of a model takes its marks out of every chart, and brings them back."""
    with opened("split") as seen:
        page = seen.page
        marks = page.locator('#threshold svg [data-model="forest"]')
        others = page.locator('#threshold svg [data-model="logistic"]')
        before = marks.filter(visible=True).count()
        assert before > 8
        button = page.locator('[data-toggles="forest"]')
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
        assert marks.filter(visible=True).count() == 0
        assert others.filter(visible=True).count() > 8
        button.click()
        assert marks.filter(visible=True).count() == before
        assert seen.errors == []


def keep(page: Any, name: str) -> None:
    """Leave a picture for eyes where asked to."""
    folder = os.environ.get("IMGPIPE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
