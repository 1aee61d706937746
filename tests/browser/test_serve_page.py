"""The page of a real server: pictures go there, and answers come back with a map."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import AXE
from dropping import CLASSES, Kept, answer, drop, made
from test_pages import FAULTS, keep

from imgpipe import bundle

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return made("gray 16", tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def address(kept: Kept) -> Iterator[str]:
    """A server, as a process of its own."""
    command = [sys.executable, "-m", "imgpipe", "serve", str(kept.model), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://[\d.:]+", line):
            yield f"{found[0]}/"
            break
    else:
        pytest.fail("".join(said))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


@pytest.fixture
def visited(chromium: Any, address: str) -> Iterator[Open]:
    """Open the page; requests to any other place are refused and noted."""
    contexts = []

    def visit(width: int = 1280, scheme: str = "light") -> tuple[Any, list[str]]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        faults: list[str] = []

        def passed(route: Any) -> None:
            if route.request.url.startswith(address):
                route.continue_()
            else:
                faults.append(route.request.url)
                route.abort()

        context.route(lambda url: not url.startswith("data:"), passed)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        return page, faults

    yield visit
    for context in contexts:
        context.close()


def test_it_says_what_imgpipe_predict_says(visited: Open, kept: Kept) -> None:
    """Class and probabilities are those of the bundle; the map lies over the picture."""
    told = bundle.load(kept.model).predict([str(path) for path in kept.pictures])
    page, faults = visited()
    for i, path in enumerate(kept.pictures[:2]):
        drop(page, [path])
        predicted, shares = answer(page)
        assert predicted == told.predicted[i]
        np.testing.assert_array_equal([shares[name] for name in CLASSES], told.probabilities[i])
    layers = page.locator("#after .layers img")
    boxes = layers.evaluate_all(
        """all => all.map(image => image.complete && image.naturalWidth &&
          Object.values(image.getBoundingClientRect().toJSON()).join())"""
    )
    assert len(boxes) == 2
    assert boxes[0] == boxes[1]
    assert page.locator("#shown").is_visible()
    assert faults == []


def test_refusals_are_the_server_s(visited: Open, kept: Kept, tmp_path: Path) -> None:
    """An error stands where the answer would, in the server's words; the page goes on."""
    (tmp_path / "garbage.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    page, faults = visited()
    np.save(tmp_path / "small.npy", np.zeros((5, 5), np.uint16))
    drop(page, [tmp_path / "garbage.png"])
    assert "garbage.png: " in page.locator("#answer .refusal").inner_text()
    drop(page, [tmp_path / "small.npy"])
    assert "is 5 x 5 pixels" in page.locator("#answer .refusal").inner_text()
    drop(page, [kept.pictures[0]])
    assert page.locator("#predicted").is_visible()
    assert faults == []


def test_a_picture_that_the_browser_cannot_show_is_shown_by_the_server(
    visited: Open, tmp_path: Path
) -> None:
    """Of an NPY file the page gets the picture with the map."""
    np.save(tmp_path / "new.npy", np.full((24, 20), 20_000, np.uint16) + np.arange(20, dtype="u2"))
    page, faults = visited()
    drop(page, [tmp_path / "new.npy"])
    assert page.locator("#predicted").is_visible()
    assert page.evaluate("[picture.width, picture.height]") == [20, 24]
    assert page.locator("#shown").is_visible()
    assert faults == []


def test_it_is_there_in_chinese(visited: Open, kept: Kept) -> None:
    """A link at the foot leads to the same page in the other language."""
    page, faults = visited()
    page.get_by_role("link", name="中文").click()
    page.wait_for_selector("html[lang=zh-Hans]", state="attached")
    drop(page, [kept.pictures[0]])
    assert "概率最高的类别" in page.locator("#answer").inner_text()
    assert page.goto(f"{page.url}x").status == 400
    assert "choose from en, zh" in page.locator("body").inner_text()
    assert faults == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_it_is_for_everyone(visited: Open, kept: Kept, width: int, scheme: str) -> None:
    """Nothing serious by axe-core, with an answer; a phone need not scroll sideways."""
    page, faults = visited(width, scheme)
    drop(page, [kept.model, *kept.pictures[:2]])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(FAULTS) == []
    keep(page, f"served-{width}-{scheme}")
    assert faults == []
