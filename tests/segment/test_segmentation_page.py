"""docs/segmentation.md: its tables are the registries', its pictures are there, its lines run."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from imgpipe.segment import RECIPES, SEGMENTERS
from imgpipe.segment.catalogue_page import page

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "segmentation.md").read_text(encoding="utf-8")


def test_the_tables_are_current() -> None:
    """`make docs` would change nothing."""
    assert page(PAGE) == PAGE
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert rows == [*SEGMENTERS.own, *RECIPES.own]
    assert "| `threshold=-400`, `gas=-930`, `closing=6`," in PAGE


def test_a_page_without_its_marks_is_refused() -> None:
    """Tables are written where they belong, or not at all."""
    with pytest.raises(ValueError, match="one place for the table of segmenters"):
        page("# Nothing\n")


@pytest.mark.parametrize("name", RECIPES.own)
def test_each_recipe_has_a_section_and_a_small_picture(name: str) -> None:
    """At most 60 kB, and described in words."""
    (section,) = re.findall(rf"^### {name}\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
    (file,) = re.findall(r"!\[[^\]]{20,}\]\((pictures/[^)]+)\)", section)
    assert (DOCS / file).stat().st_size <= 60_000
    with Picture.open(DOCS / file) as picture:
        assert 200 <= picture.height <= 300


@pytest.mark.jit
def test_what_is_shown_runs() -> None:
    """The lines of Python find lungs, a disc and a square."""
    made: list[dict[str, Any]] = []
    for script in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        made.append({})
        exec(compile(script, "docs/segmentation.md", "exec"), made[-1])
    first, contour, pixels = made
    assert first["overlap"] > 0.97
    assert (first["same"] == first["lungs"]).all()
    assert first["body"][first["truth"]].mean() > 0.99
    assert set(first["classes"].flat) == {0, 1, 2}
    assert (contour["contour"].mask != contour["disc"]).sum() < 10
    assert len(contour["masks"]) == 4
    assert (pixels["labels"][12:28, 12:28] == 2).mean() > 0.95


def test_no_picture_is_made_from_real_data() -> None:
    """What draws them opens no file of it."""
    for script in (DOCS / "pictures").glob("*.py"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"IMGPIPE_TEST_DATA|np\.load|\bread|sections import data", text), (
            script
        )
