"""The page without a server says what `imgpipe predict` says, and asks nobody for anything."""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import AXE, HERE
from dropping import CLASSES, KINDS, Kept, answer, drop, made
from test_pages import FAULTS, keep

from conftest import Seen
from imgpipe import bundle, images, report

pytestmark = pytest.mark.browser

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Kept]:
    """A model of each kind, trained once."""
    return functools.cache(lambda kind: made(kind, tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="session")
def page_of(
    tmp_path_factory: pytest.TempPathFactory, model: Callable[[str], Kept]
) -> Callable[..., Path]:
    """The page of each kind, written once."""

    def write(kind: str, lang: str = "en") -> Path:
        folder = tmp_path_factory.mktemp("web") / "page"
        report.write_web_page(model(kind).model, folder, runtime=HERE, lang=lang)
        return folder / "index.html"

    return functools.cache(write)


@pytest.fixture
def visited(chromium: Any) -> Open:
    """Open an address; whatever else the page asks for is refused and noted."""

    @contextmanager
    def visit(address: str, width: int = 1280, scheme: str = "light") -> Iterator[Seen]:
        size = {"width": width, "height": 900}
        context = chromium.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        page = context.new_page()
        seen = Seen(page)

        def passed(route: Any) -> None:
            if route.request.url == address:
                route.continue_()
            else:
                seen.requests.append(route.request.url)
                route.abort()

        context.route("**/*", passed)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("console", lambda said: seen.errors.append(said.text))
        page.goto(address)
        page.wait_for_selector("body[data-ready]", timeout=90_000, state="attached")
        try:
            yield seen
        finally:
            context.close()

    return visit


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/index.html"
        finally:
            server.shutdown()


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_imgpipe_predict_says(
    visited: Open, model: Callable[[str], Kept], page_of: Callable[..., Path], kind: str
) -> None:
    """Dropped pictures get the same class and the same probabilities, and no request is made."""
    kept = model(kind)
    told = bundle.load(kept.model).predict([str(path) for path in kept.pictures])
    assert not any(told.errors)
    with visited(page_of(kind).as_uri()) as seen:
        for i, path in enumerate(kept.pictures):
            drop(seen.page, [path])
            predicted, shares = answer(seen.page)
            assert predicted == told.predicted[i]
            np.testing.assert_allclose(
                [shares[name] for name in CLASSES], told.probabilities[i], atol=1e-9
            )
        rows = seen.page.locator("#history tr")
        assert rows.count() == len(kept.pictures)
        assert seen.errors == []
        assert seen.requests == []


def test_it_works_from_a_server_as_from_a_disk(
    visited: Open, model: Callable[[str], Kept], page_of: Callable[..., Path]
) -> None:
    """One file is all that is asked for; several pictures are taken one after another."""
    kept, page = model("gray 8"), page_of("gray 8")
    told = bundle.load(kept.model).predict([str(path) for path in kept.pictures])
    with served(page.parent) as address, visited(address) as seen:
        drop(seen.page, kept.pictures)
        assert answer(seen.page)[0] == told.predicted[-1]
        found = seen.page.locator("#history tr").all_inner_texts()
        assert [row.split("\t")[:2] for row in reversed(found)] == [
            [path.name, name] for path, name in zip(kept.pictures, told.predicted, strict=True)
        ]
        assert seen.errors == []
        assert seen.requests == []


def test_what_cannot_be_used_is_said(
    visited: Open, model: Callable[[str], Kept], page_of: Callable[..., Path], tmp_path: Path
) -> None:
    """Size, depth, colour, damage and other formats each have their sentence; the page goes on."""
    rng = np.random.default_rng(0)
    good = model("gray 8").pictures[0]
    cases = {
        "wide.png": "has 24 x 20 pixels (width x height), and the model takes 20 x 24",
        "deep.png": "pixels of this picture are uint16, and the model takes uint8",
        "colour.png": "is in colour",
        "cut.png": "damaged or cut short",
        "flipped.png": "damaged or cut short",
        "empty.png": "is empty",
        "garbage.png": "not a picture that is read here",
        "scan.dcm": "is a DICOM file",
        "page.pdf": "is a PDF file",
        "wide.npy": "numbers of the kind i2",
        "cut.jpg": "damaged or cut short",
    }
    images.write(tmp_path / "wide.png", rng.integers(0, 255, (20, 24)).astype(np.uint8))
    images.write(tmp_path / "deep.png", rng.integers(0, 60000, (24, 20)).astype(np.uint16))
    colour = rng.integers(0, 255, (24, 20, 3)).astype(np.uint8)
    images.write(tmp_path / "colour.png", colour, channel_axis=-1)
    images.write(tmp_path / "whole.jpg", colour[..., 0])
    content = good.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    (tmp_path / "cut.png").write_bytes(content[: len(content) // 2])
    (tmp_path / "flipped.png").write_bytes(flipped)
    (tmp_path / "empty.png").touch()
    (tmp_path / "garbage.png").write_bytes(rng.bytes(500))
    (tmp_path / "scan.dcm").write_bytes(bytes(128) + b"DICM" + bytes(50))
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7 ...")
    np.save(tmp_path / "wide.npy", np.zeros((24, 20), np.int16))
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:-60])
    with visited(page_of("gray 8").as_uri()) as seen:
        for name, words in cases.items():
            drop(seen.page, [tmp_path / name])
            assert words in seen.page.locator("#answer").inner_text(), name
        drop(seen.page, [good])
        assert seen.page.locator("#predicted").is_visible()
        assert seen.errors == []
        assert seen.requests == []


def test_a_keyboard_is_enough(
    visited: Open, model: Callable[[str], Kept], page_of: Callable[..., Path]
) -> None:
    """The second stop of the tabulator opens the choice of files, and the answer is announced."""
    with visited(page_of("gray 8").as_uri()) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "file"
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Space")
        chooser.value.set_files(model("gray 8").pictures[0])
        page.wait_for_selector("body[data-done='1']", state="attached")
        assert page.locator("#result").get_attribute("aria-live") == "polite"
        assert page.locator("#result").get_attribute("aria-busy") == "false"
        assert page.get_by_role("list", name="Probability of each class").count() == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_it_is_for_everyone(
    visited: Open,
    model: Callable[[str], Kept],
    page_of: Callable[..., Path],
    width: int,
    scheme: str,
    lang: str,
) -> None:
    """Nothing serious by axe-core, with an answer and after a refusal; a phone need not scroll."""
    kept = model("gray 8")
    with visited(page_of("gray 8", lang).as_uri(), width, scheme) as seen:
        page = seen.page
        drop(page, [kept.model, *kept.pictures])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # the page's policy lets no script in that is added to it
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(FAULTS) == []
        keep(page, f"web-{lang}-{width}-{scheme}")
        drop(page, [kept.model])
        assert page.evaluate(FAULTS) == []
        assert seen.errors == []
