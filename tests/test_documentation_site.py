"""The site of documentation: every public name and every page has its place in it."""

from importlib import import_module
from pathlib import Path

import pytest

import imgpipe
from docs.site.links import broken
from docs.site.navigation import ROOT, SECTIONS
from docs.site.reference import pages, rooms

# the room of networks is read, too
pytest.importorskip("torch")

ROOMS = [name for name in imgpipe.__all__ if name.islower() and not name.startswith("_")]
NAMES = [name for room in rooms() for name in room.names]


def test_every_page_stands_in_one_section() -> None:
    """A page of docs/ is in the navigation once; what is named there exists."""
    named = [page for section in SECTIONS for page in section.pages()]
    assert len(named) == len(set(named))
    assert [page for page in named if not (ROOT / f"{page}.md").is_file()] == []
    written = {f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")}
    written |= {f"docs/design/{path.stem}" for path in (ROOT / "docs" / "design").glob("*.md")}
    assert sorted(written - set(named)) == [], "name them in docs/site/navigation.py"


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_has_a_page(room: str) -> None:
    """All that a room offers, and nothing else, has a page of its own, two never the same."""
    module = import_module(f"imgpipe.{room}")
    paged = {name.name: name.page for name in NAMES if name.module == module.__name__}
    assert set(paged) == set(module.__all__)
    assert len({page.lower() for page in paged.values()}) == len(paged)


def test_pages_say_what_a_name_is() -> None:
    """A page of a name has its heading, and takes its docstring, or lists what it holds."""
    made = pages()
    for name in NAMES:
        text = made[name.page]
        assert text.startswith(f"{name.name}\n=")
        assert any(f"{kind}:: {name.name}\n" in text for kind in ("function", "class", "data"))
    assert "* - ``median``" in made["reference/kernels/KERNELS"]


def test_broken_links_are_found(tmp_path: Path) -> None:
    """A link to no file, to no place, and a script from a network are told; good ones are not."""
    (tmp_path / "a.html").write_text(
        '<h1 id="top"></h1><a href="b.html#here">b</a><a href="#top">up</a><a href="c.html">c</a>'
        '<a href="b.html#there">b</a><a href="https://example.org">out</a>'
        '<script src="https://example.org/x.js"></script>'
    )
    (tmp_path / "b.html").write_text('<p id="here"></p>')
    assert broken(tmp_path) == [
        "a.html: loads https://example.org/x.js from elsewhere",
        "a.html: no file for c.html",
        "a.html: no such place: b.html#there",
    ]
