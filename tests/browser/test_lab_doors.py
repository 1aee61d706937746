"""How a browser gets into a lab: with a token, and by an address that says nonsense."""

from collections.abc import Callable
from typing import Any

import pytest
from labs import NUMBERS, end, served, settle

pytestmark = pytest.mark.browser

TOKEN = "a-token-of-24-characters"


def test_a_browser_asks_its_user_for_the_token(chromium: Any) -> None:
    """The page, its socket and its files take the token as a password; without it none opens."""
    command = ("-m", "imgpipe", "lab", "--host", "0.0.0.0", "--port", "0", "--token", TOKEN)
    process, address = served(*command, "--no-browser")
    address = address.replace("0.0.0.0", "127.0.0.1")
    try:
        context = chromium.new_context(http_credentials={"username": "me", "password": TOKEN})
        page = context.new_page()
        assert page.goto(address).status == 200
        settle(page)
        assert page.evaluate(NUMBERS)["intensity_mean"] is not None
        page.set_input_files(
            "#file", {"name": "x.png", "mimeType": "image/png", "buffer": b"nothing"}
        )
        page.locator("#trouble").wait_for()
        assert "x.png" in page.locator("#trouble").inner_text()
        context.close()
        stranger = chromium.new_context()
        assert stranger.request.get(address).status == 401
        stranger.close()
    finally:
        end(process)


@pytest.mark.parametrize("steps", ["[1]", "[null]", "[[]]", '[{"a":1}]', '["median"]', "[[", "{}"])
def test_an_address_that_says_nonsense_opens(in_lab: Callable[..., Any], steps: str) -> None:
    """What is no step is left out; the page works."""
    page, faults = in_lab(f"#image=chart&steps={steps}&segment=[3]")
    assert page.evaluate(NUMBERS)["intensity_mean"] > 0
    assert faults == []
