"""What the page of the lab shows while the first answers are on their way."""

import json
from typing import Any

import pytest
from labs import SHOWN, settle

pytestmark = pytest.mark.browser


class Held:
    """Answers of a lab that compiles for long: each is passed on when the test says so."""

    def __init__(self, page: Any) -> None:
        self._held: list[tuple[str, bytes]] = []
        self._passed = {"status"}
        self._page: Any = None
        page.route_web_socket("**/live", self._connect)

    def _connect(self, to_page: Any) -> None:
        self._page = to_page
        to_page.connect_to_server().on_message(self._take)

    def _take(self, message: bytes) -> None:
        head = json.loads(message[4 : 4 + int.from_bytes(message[:4], "big")])
        self._held.append((head["kind"], message))
        self.pass_on()

    def pass_on(self, *kinds: str) -> None:
        """Pass on what is held of these kinds, and what comes of them from now on."""
        self._passed |= set(kinds)
        for kind, message in self._held:
            if kind in self._passed:
                self._page.send(message)
        self._held = [each for each in self._held if each[0] not in self._passed]


def test_the_picture_as_it_came_is_there_at_once(chromium: Any, lab: str) -> None:
    """It does not wait for the first answer, nor the picture of that for its numbers."""
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
    assert page.locator("#features td").count() == 0
    held.pass_on("picture")
    page.locator("#tag").wait_for(state="hidden")
    assert page.evaluate(SHOWN) != original
    assert page.locator("#features td").count() == 0
    held.pass_on("result")
    settle(page)
    row = page.locator("#features tr[data-name=glcm_contrast]")
    before, now = (float(row.locator(each).inner_text()) for each in (".was", ".now"))
    assert 0 < now < before
    assert "on the server" in page.locator("#said").inner_text()
    assert page.evaluate(SHOWN) != original
    page.locator("#source").select_option("cells")
    settle(page)
    assert not page.locator("#tag").is_visible()
    page.close()
