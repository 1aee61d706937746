"""Models are hidden, pointed at and named; contents follow the reader."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SHOWN = """name => [...document.querySelectorAll("svg [data-model]")]
  .filter(mark => mark.dataset.model === name)
  .filter(mark => getComputedStyle(mark).display !== "none").length"""

Open = Callable[..., Any]


def test_a_model_leaves_all_charts_and_comes_back(opened: Open) -> None:
    """A button, by mouse or keyboard, hides what charts draw of its model and fades its rows."""
    with opened("split") as seen:
        page = seen.page
        button = page.locator('[data-toggles="forest"]')
        before = page.evaluate(SHOWN, "forest")
        others = page.evaluate(SHOWN, "logistic")
        assert before > 3
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
        assert page.evaluate(SHOWN, "forest") == 0
        assert page.evaluate(SHOWN, "logistic") == others
        faded = page.locator("#leaderboard tr.off").all_inner_texts()
        assert faded
        assert all("forest" in text for text in faded)
        button.press("Enter")
        assert page.evaluate(SHOWN, "forest") == before
        assert page.locator(".off").count() == 0
        assert seen.errors == []


def test_a_model_that_is_pointed_at_stands_out(opened: Open) -> None:
    """A focused button, and a mark under the mouse or a finger, leave one model in full colour."""
    near = "() => [...new Set([...document.querySelectorAll('.near')].map(m => m.dataset.model))]"
    with opened("split") as seen:
        page = seen.page
        page.locator('[data-toggles="logistic"]').focus()
        assert page.evaluate(near) == ["logistic"]
        page.locator('#leaderboard [data-model="forest"] circle').first.hover()
        assert page.evaluate(near) == ["forest"]
        tip = page.locator(".tip")
        assert tip.is_visible()
        assert tip.inner_text().startswith("forest 0.")
        page.keyboard.press("Escape")
        assert not tip.is_visible()


def test_contents_open_on_a_phone_and_close_after_a_choice(opened: Open) -> None:
    """The list lies over the page until a section is chosen; on a wide page it stands beside it."""
    with opened("split", width=390) as seen:
        contents = seen.page.locator("#contents")
        assert not contents.is_visible()
        seen.page.locator(".menu").click()
        assert contents.is_visible()
        contents.locator('a[href="#costs"]').click()
        assert not contents.is_visible()
        assert seen.page.url.endswith("#costs")
    with opened("split") as seen:
        assert seen.page.locator("#contents").is_visible()
        assert not seen.page.locator(".menu").is_visible()


def test_without_a_script_nothing_is_missing(opened: Open) -> None:
    """Buttons that would do nothing are not there; contents, marks and rows are."""
    with opened("split", script=False) as seen:
        assert not seen.page.locator(".toggles").is_visible()
        assert seen.page.locator("#contents").is_visible()
        assert seen.page.locator("#leaderboard svg.row circle").count() >= 3
