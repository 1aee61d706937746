"""Pages of benchmarks have pictures, drawn from the numbers in their tables."""

import re
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from benchmarks.plots import PANELS, Panel, illustrate, number, taken

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
PAGES = sorted(RESULTS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_page_shows_a_picture(page: Path) -> None:
    """It is there, small, and described in words."""
    pictures = re.findall(r"!\[([^\]]{8,})\]\((\w+\.svg)\)", page.read_text("utf-8"))
    assert pictures
    for _, name in pictures:
        assert 0 < (RESULTS / name).stat().st_size < 400_000


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_has_its_table(name: str) -> None:
    """Columns are called on the page as in the panel, and hold numbers."""
    for panel in PANELS[name]:
        drawn = taken(panel, (RESULTS / f"{name}.md").read_text("utf-8"))
        assert drawn is not None, panel.says
        assert drawn.names
        assert all(any(column) for column in drawn.numbers.values())


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("1,234", (1234, 1234, 1234)),
        ("**0.94**", (0.94, 0.94, 0.94)),
        ("0.909 (0.882 to 0.931)", (0.909, 0.882, 0.931)),
        ("0.967 (0.952-0.979) ± 0.000", (0.967, 0.952, 0.979)),
        ("5,337 (1.76)", (5337, 5337, 5337)),
        ("1.8e-15", (1.8e-15, 1.8e-15, 1.8e-15)),
        ("", None),
    ],
)
def test_numbers_are_read_as_pages_write_them(cell: str, read: object) -> None:
    """With commas, in bold, with intervals; an empty cell is no number."""
    assert number(cell) == read


def test_a_page_that_is_illustrated_again_shows_one_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial run shows what it has; the picture holds the names of its rows."""
    panels = (Panel(("run",), ("ms",), "time of runs"), Panel(("no",), ("s",), "not measured"))
    monkeypatch.setitem(PANELS, "page", panels)
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nWords.\n\n| run | ms |\n|---|---|\n| fast | 1 |\n| slow | 9 |\n")
    for _ in range(2):
        drawing = illustrate(page).read_text("utf-8")
    assert page.read_text("utf-8").count("![time of runs](page.svg)") == 1
    assert ">slow<" in drawing
    assert "not measured" not in drawing
