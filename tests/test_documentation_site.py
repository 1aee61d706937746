"""The site of documentation: every public name and every page has its place in it."""

from importlib import import_module
from pathlib import Path

import nbformat
import pytest

import imgpipe
from docs.site import lessons
from docs.site.links import broken
from docs.site.navigation import LESSONS, ROOT, SECTIONS, file_of
from docs.site.reference import pages, rooms

# the room of networks is read, too
pytest.importorskip("torch")

ROOMS = [name for name in imgpipe.__all__ if name.islower() and not name.startswith("_")]
NAMES = [name for room in rooms() for name in room.names]


def test_every_page_stands_in_one_section() -> None:
    """A page of docs/ is in the navigation once; what is named there exists."""
    named = [page for section in SECTIONS for page in section.pages()]
    assert len(named) == len(set(named))
    assert [page for page in named if not file_of(page).is_file()] == []
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


def outputs_of(text: str) -> list[str]:
    """What the cells of a notebook say."""
    cells = nbformat.reads(text, as_version=4).cells
    return [o.text for c in cells if c.cell_type == "code" for o in c.outputs]


def test_lessons_stand_in_both_languages_with_what_they_gave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outputs of the English edition are shown in both; each links to the other, and to a copy."""
    pages = [page for page in LESSONS.pages() if page.endswith("00_quickstart")]
    assert pages == ["notebooks/00_quickstart", "notebooks/zh/00_quickstart"]
    run = nbformat.read(file_of(pages[0]), as_version=4)
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        cell.outputs = [nbformat.v4.new_output("stream", text=f"said {number}")]
    nbformat.write(run, tmp_path / "00_quickstart.ipynb")
    monkeypatch.setattr(lessons, "OUT", tmp_path)
    made = dict(lessons.lessons(pages))
    for page, other in zip(
        pages, ["zh/00_quickstart.ipynb", "../00_quickstart.ipynb"], strict=True
    ):
        shown = made[f"{page}.ipynb"]
        assert outputs_of(shown) == [f"said {number}" for number in range(len(code))]
        assert f"]({other})" in nbformat.reads(shown, as_version=4).cells[0].source
    assert made["lessons/en/00_quickstart.ipynb"] == file_of(pages[0]).read_text("utf-8")


def test_a_lesson_that_was_not_executed_is_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one whose code changed since."""
    (page,) = (page for page in LESSONS.pages() if page == "notebooks/00_quickstart")
    monkeypatch.setattr(lessons, "OUT", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"00_quickstart was not executed.*run\.py"):
        list(lessons.lessons([page]))
    run = nbformat.read(file_of(page), as_version=4)
    run.cells.append(nbformat.v4.new_code_cell("1"))
    nbformat.write(run, tmp_path / "00_quickstart.ipynb")
    with pytest.raises(FileNotFoundError, match="00_quickstart"):
        list(lessons.lessons([page]))


@pytest.mark.full
def test_chinese_is_found_by_pairs_of_characters() -> None:
    """Each word of two characters is a term wherever it stands; English words stay whole."""
    search = pytest.importorskip("docs.site.search", exc_type=ImportError).SearchBoth({})
    assert search.split("用 3x3 中值滤波, median") == [
        *("用", "3x3"),
        *("中", "值", "滤", "波", "中值", "值滤", "滤波"),
        "median",
    ]


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
