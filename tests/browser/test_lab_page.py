"""The page of a real lab: what is turned there changes picture and numbers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from browsing import AXE
from labs import EDGE, NUMBERS, SHOWN, SLIDER, choose, end, served, settle
from test_pages import FAULTS, keep

pytestmark = pytest.mark.browser

Visit = Callable[..., tuple[Any, list[str]]]
_COMMAND = ["-m", "imgpipe", "lab", "--no-browser", "--port"]


def test_the_first_move_changes_picture_and_numbers(in_lab: Visit) -> None:
    """A filter and its slider are there; an arrow key on it changes the picture and the numbers."""
    page, faults = in_lab()
    before, numbers = page.evaluate(SHOWN), page.evaluate(NUMBERS)
    hint = page.locator("#hint").inner_text()
    assert "slider" in hint
    slider = page.locator(SLIDER).first
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    settle(page)
    assert page.locator("#steps output").first.inner_text() == "9"
    assert page.evaluate(SHOWN) != before
    after = page.evaluate(NUMBERS)
    assert after["glcm_contrast"] < 0.9 * numbers["glcm_contrast"]
    assert page.locator("#hint").inner_text() != hint
    assert re.search(r"[\d.]+ m?s on the server", page.locator("#said").inner_text())
    row = page.locator("#features tr[data-name=glcm_contrast]")
    assert row.locator(".changed .num").inner_text().startswith("−")
    now = page.evaluate(SHOWN)
    page.get_by_label("Original", exact=True).check(force=True)
    assert page.evaluate(SHOWN) != now
    assert faults == []


def test_a_slider_that_is_dragged_does_not_flood_the_server(in_lab: Visit) -> None:
    """Of many moves in a row the last one counts; far fewer requests than moves are sent."""
    page, faults = in_lab()
    page.evaluate(
        """() => { window.sent = 0; const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) { window.sent += 1; send.call(this, data); };
        }"""
    )
    page.locator(SLIDER).first.evaluate(
        """async (slider) => { for (let i = 0; i < 150; i += 1) {
          slider.value = 3 + 2 * (i % 12);
          slider.dispatchEvent(new Event("input", {bubbles: true}));
          await new Promise((done) => setTimeout(done, 4));
        } slider.value = 7; slider.dispatchEvent(new Event("input", {bubbles: true})); }"""
    )
    settle(page)
    assert 2 <= page.evaluate("window.sent") < 75
    dragged = page.evaluate(NUMBERS)
    page.reload()
    settle(page)
    assert page.locator("#steps output").first.inner_text() == "7"
    assert page.evaluate(NUMBERS) == dragged
    assert faults == []


def test_steps_are_moved_switched_off_and_removed(in_lab: Visit) -> None:
    """The order counts; what is off or removed has no effect, and the address keeps it all."""
    page, faults = in_lab("#image=chart&steps=" + '[["gaussian",{"sigma":3}],["sobel",{}]]')
    first = page.evaluate(NUMBERS)
    page.get_by_role("button", name="Move Sobel up").press("Enter")
    settle(page)
    assert page.locator("#steps .step").first.get_attribute("data-name") == "sobel"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move Sobel down"
    moved = page.evaluate(NUMBERS)
    assert moved != first
    page.locator("#steps [data-name=sobel]").get_by_role("switch").press("Space")
    settle(page)
    off = page.evaluate(NUMBERS)
    page.wait_for_timeout(300)
    page.reload()
    settle(page)
    assert page.evaluate(NUMBERS) == off
    assert not page.get_by_role("switch", name="Sobel, applied").is_checked()
    page.get_by_role("button", name="Remove Sobel").press("Enter")
    settle(page)
    assert page.evaluate(NUMBERS) == off
    assert page.locator("#steps .step").count() == 1
    assert faults == []


def test_a_segmentation_is_outlined_and_measured_inside(in_lab: Visit) -> None:
    """Otsu's threshold, chosen by the keyboard, has an outline; numbers are those inside it."""
    page, faults = in_lab()
    choose(page, "Choose a segmentation", "Otsu's threshold")
    assert page.evaluate(EDGE).startswith("M")
    assert "inside the outline" in page.locator("#inside").inner_text()
    assert "Inside the outline" in page.locator("#keys").inner_text()
    page.get_by_label("Outline", exact=True).uncheck()
    assert page.evaluate(EDGE) == ""
    page.get_by_role("button", name="Remove Otsu's threshold").press("Enter")
    settle(page)
    assert "whole picture" in page.locator("#inside").inner_text()
    assert faults == []


def test_a_contour_evolves(in_lab: Visit) -> None:
    """The contour of an active contour is seen on its way, many times, before it rests."""
    page, faults = in_lab("#image=lesions&steps=[]")
    page.evaluate(
        """() => { window.edges = new Set(); const over = document.getElementById("over");
        new MutationObserver(() => window.edges.add(over.querySelector(".edge")?.getAttribute("d")))
          .observe(over, {childList: true}); }"""
    )
    choose(page, "Choose a segmentation", "Active contour")
    assert int(page.evaluate("document.body.dataset.frames")) >= 5
    assert page.evaluate("window.edges.size") >= 5
    assert page.get_by_label("Watch it evolve").is_checked()
    assert faults == []


def test_a_setting_that_cannot_be_is_refused_where_it_stands(in_lab: Visit) -> None:
    """The sentence stands at its step, the last picture stays, and the page goes on."""
    page, faults = in_lab()
    before = page.evaluate(SHOWN)
    steps = '[["gaussian",{"sigma":2}],["median",{"size":-4}]]'
    page.evaluate(f"location.hash = 'image=chest-ct&steps=' + encodeURIComponent('{steps}')")
    trouble = page.locator("#trouble-1")
    trouble.wait_for()
    assert "got -4" in trouble.inner_text()
    assert page.evaluate(SHOWN) == before
    page.get_by_role("switch", name="Median filter, applied").press("Space")
    settle(page)
    assert not trouble.is_visible()
    assert page.evaluate(SHOWN) != before
    assert faults == []


def test_it_is_there_in_chinese(in_lab: Visit) -> None:
    """The link keeps what was chosen; no run of English words is left, but for the code."""
    page, faults = in_lab("#image=chart&steps=" + '[["gaussian",{"sigma":2}]]&segment=["otsu",{}]')
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[lang=zh-Hans]", state="attached")
    settle(page)
    assert page.locator("#steps .step").get_attribute("data-name") == "gaussian"
    for node in page.locator("details").all():
        node.evaluate("node => { node.open = true; }")
    page.locator("pre").evaluate_all("all => all.forEach((node) => node.remove())")
    texts = [page.locator("body").inner_text(), *page.evaluate(_SPOKEN)]
    texts += page.locator("#filters button, #segmenters button").all_text_contents()
    found = [run for text in texts for run in _ENGLISH.findall(text.replace("imgpipe lab", ""))]
    assert found == []
    keep(page, "lab-zh")
    assert faults == []


_ENGLISH = re.compile(r"[A-Za-z][a-z'’]+(?:[ ,;:]+[A-Za-z][a-z'’]+)+")
_SPOKEN = """() => [...document.querySelectorAll("[aria-label], [title]")].flatMap((node) =>
  [node.getAttribute("aria-label") ?? "", node.title ?? ""]).concat(document.title)"""


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_it_is_for_everyone(in_lab: Visit, width: int, scheme: str) -> None:
    """Nothing serious by axe-core, menus included; a phone need not scroll sideways."""
    rest = '#image=chest-ct&steps=[["median",{"size":5}],["clahe",{}]]&segment=["otsu",{}]'
    page, faults = in_lab(rest, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(FAULTS) == []
    keep(page, f"lab-{width}-{scheme}")
    page.get_by_role("button", name="Add a step").press("Enter")
    assert page.evaluate(FAULTS) == []
    assert faults == []


def test_it_says_that_the_lab_is_gone_and_goes_on_with_it(chromium: Any) -> None:
    """When the lab ends the page says so; started again, the same page works on."""
    process, found = served(*_COMMAND, "0")
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(found)
    settle(page)
    end(process)
    page.locator("#gone").wait_for()
    assert "imgpipe lab" in page.locator("#gone").inner_text()
    process, _ = served(*_COMMAND, found.rstrip("/").rpartition(":")[2])
    try:
        page.locator("#gone").wait_for(state="hidden", timeout=60_000)
        before = page.evaluate(SHOWN)
        page.locator(SLIDER).first.fill("11")
        settle(page)
        assert page.evaluate(SHOWN) != before
    finally:
        page.close()
        end(process)
