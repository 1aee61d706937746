"""docs/pixels.md: its lines run, and its table names every filter."""

import re
from pathlib import Path

from imgpipe.segment.pixels.settings import FILTERS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "pixels.md").read_text(encoding="utf-8")


def test_the_lines_of_the_page_run() -> None:
    """One after the other, with what they assert."""
    names: dict[str, object] = {}
    for script in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(script, "docs/pixels.md", "exec"), names)
    assert names["labels"].shape == (64, 80)  # type: ignore[attr-defined]
    assert len(names["classifier"].feature_names_) == 25  # type: ignore[attr-defined]


def test_every_filter_has_a_row() -> None:
    """In the order of the settings."""
    assert tuple(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == FILTERS


def test_its_pictures_are_there() -> None:
    """Each that it shows."""
    for name in re.findall(r"\]\((pictures/[^)]+)\)", PAGE):
        assert (DOCS / name).is_file(), name
