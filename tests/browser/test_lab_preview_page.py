"""A preview on the page of the lab is marked as one until the result is there."""

from typing import Any

import pytest
from labs import EDGE, SHOWN, settle
from test_lab_waiting import Held
from test_pages import keep

pytestmark = pytest.mark.browser
_SLOW = '#image=chest-ct&steps=[["tv",{"weight":0.3}]]&segment=["otsu",{}]'


def test_a_preview_is_marked_until_the_result_comes(chromium: Any, lab: str) -> None:
    """Its picture and outline are shown, and no number and no code changes before the result."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    held = Held(page)
    page.goto(f"{lab}{_SLOW}")
    page.locator("#tag").wait_for()
    original = page.evaluate(SHOWN)
    held.pass_on("preview")
    badge = page.locator("#previewed")
    badge.wait_for()
    preview = page.evaluate(SHOWN)
    assert preview != original
    assert page.evaluate(EDGE).startswith("M")
    assert "follows" in badge.inner_text()
    assert page.locator(".read[aria-busy=true], .take[aria-busy=true]").count() == 2
    assert page.locator("#features td").count() == 0
    assert page.locator("#python").inner_text() == ""
    keep(page, "lab-preview")
    held.pass_on("picture", "result")
    settle(page)
    assert not badge.is_visible()
    assert page.locator("[aria-busy=true]").count() == 0
    assert page.locator("#features td").count() > 0
    assert "tv" in page.locator("#python").inner_text()
    assert page.evaluate(SHOWN) != preview
    page.close()
