"""What the page of the lab shows while the first answers are on their way."""

import json
from typing import Any

import pytest
from labs import SHOWN, settle

pytestmark = pytest.mark.browser


class Held:
    """Answers of a lab that compiles for long: each is passed on when the test says so."""

    def __init__(self, page: Any) -> None:
        self.results: list[bytes] = []
        self._page: Any = None
        self._holds = True
        page.route_web_socket("**/live", self._connect)

    def _connect(self, to_page: Any) -> None:
        self._page = to_page
        server = to_page.connect_to_server()
        server.on_message(self._take)

    def _take(self, message: bytes) -> None:
        head = json.loads(message[4 : 4 + int.from_bytes(message[:4], "big")])
        if self._holds and head["kind"] == "result":
            self.results.append(message)
        else:
            self._page.send(message)

    def pass_one(self) -> None:
        self._page.send(self.results.pop(0))

    def pass_all(self) -> None:
        self._holds = False
        while self.results:
            self.pass_one()


def test_the_picture_as_it_came_is_there_at_once(chromium: Any, lab: str) -> None:
    """It does not wait for the first answer; its numbers come before those of the result."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    blank = page.evaluate(
        "(() => { const c = document.createElement('canvas'); c.width = c.height = 512; "
        "return c.toDataURL(); })()"
    )
    held = Held(page)
    page.goto(lab)
    page.locator("#tag").wait_for()
    original = page.evaluate(SHOWN)
    assert original != blank
    assert page.locator("#tag").inner_text() == "Original"
    page.locator("#said", has_text="At work for").wait_for()
    while len(held.results) < 2:
        page.wait_for_timeout(20)
    held.pass_one()
    row = page.locator("#features tr[data-name=glcm_contrast]")
    row.wait_for()
    before, now = row.locator(".was").inner_text(), row.locator(".now").inner_text()
    assert float(before) > 0
    assert now == "–"
    assert page.evaluate(SHOWN) == original
    held.pass_all()
    settle(page)
    assert row.locator(".was").inner_text() == before
    assert 0 < float(row.locator(".now").inner_text()) < float(before)
    assert page.evaluate(SHOWN) != original
    assert not page.locator("#tag").is_visible()
    page.locator("#source").select_option("cells")
    settle(page)
    assert not page.locator("#tag").is_visible()
    page.close()
