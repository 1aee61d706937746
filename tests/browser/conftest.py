"""Pages in a real Chromium, which may load nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import labs
import pytest
from browsing import CHROMIUM, HERE, QUIET, lacking
from dropping import Kept, made
from pages import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, unless `make test-browser` asks for it."""
    missing = lacking()
    ours = [item for item in items if HERE in item.path.parents]
    if ours and missing and os.environ.get("IMGPIPE_BROWSER") == "required":
        raise pytest.UsageError(f"make test-browser needs {', '.join(missing)}")
    for item in ours:
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"no {', no '.join(missing)}"))


@dataclass
class Seen:
    """What a page did beside being shown."""

    page: "Page"
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write each kind of page once."""
    folder = tmp_path_factory.mktemp("pages")
    patch = pytest.MonkeyPatch()
    patch.setenv("IMGPIPE_CACHE", str(folder / "cache"))

    def write(kind: str) -> Path:
        path = folder / f"{kind}.html"
        if not path.is_file():
            path.write_text(PAGES[kind](), encoding="utf-8")
        return path

    return write


@pytest.fixture
def opened(chromium: "Browser", written: Callable[[str], Path]) -> Callable[..., Any]:
    """Open a page of a kind; whatever it asks the network for is refused and noted."""

    @contextmanager
    def open_page(
        kind: str, width: int = 1280, scheme: str = "light", script: bool = True
    ) -> Iterator[Seen]:
        address = written(kind).as_uri()
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        page = context.new_page()
        seen = Seen(page)

        def passed(route: Any) -> None:
            if route.request.url == address:
                route.continue_()
            else:
                seen.requests.append(route.request.url)
                route.abort()

        context.route(lambda url: not url.startswith("data:"), passed)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on(
            "console",
            lambda said: seen.errors.append(said.text) if said.type in {"error", "warning"} else 0,
        )
        page.goto(address)
        try:
            yield seen
        finally:
            context.close()

    return open_page


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A model that the lab asks, twice, and pictures for it."""
    found = made("gray 8", tmp_path_factory.mktemp("asked"))
    found.model.with_name("other.imgpipe").write_bytes(found.model.read_bytes())
    return found


@pytest.fixture(scope="session")
def lab(asked: Kept) -> Iterator[str]:
    """Address of a lab that compiles and trains nothing by itself: tests would wait for the CPU."""
    models = [str(asked.model), str(asked.model.with_name("other.imgpipe"))]
    settings = {"port": 0, "models": models, "browser": False, "prepare": False}
    start = (
        "from functools import partial; from imgpipe.lab import models, running; "
        "models.Models = partial(models.Models, kinds=()); "
        f"running.serve(**{settings!r})"
    )
    process, found = labs.served("-c", start)
    yield found
    labs.end(process)


@pytest.fixture
def in_lab(chromium: Any, lab: str) -> Iterator[Callable[..., Any]]:
    """Open the page and wait for its first picture; requests to other places are noted."""
    contexts = []

    def visit(rest: str = "", width: int = 1280, scheme: str = "light") -> tuple[Any, list[str]]:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        faults: list[str] = []

        def passed(route: Any) -> None:
            if route.request.url.startswith(lab):
                route.continue_()
            else:
                faults.append(route.request.url)
                route.abort()

        context.route(lambda url: not url.startswith(("data:", "blob:")), passed)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: faults.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.goto(f"{lab}{rest}")
        labs.settle(page)
        return page, faults

    yield visit
    for context in contexts:
        context.close()
