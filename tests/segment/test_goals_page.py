"""Goals of benchmarks/results/segment.md, written anew without measuring."""

import json
import shutil
from pathlib import Path

from benchmarks.segment.page import renew

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def test_the_page_is_that_of_its_figures(tmp_path: Path) -> None:
    """Nothing changes where notes are those of the page."""
    for name in ("segment.md", "segment.json"):
        shutil.copy(RESULTS / name, tmp_path)
    renew(tmp_path)
    assert (tmp_path / "segment.md").read_bytes() == (RESULTS / "segment.md").read_bytes()


def test_a_near_miss_that_was_rounded_stays_one(tmp_path: Path) -> None:
    """The verdict is that of the run; a note stands below the table."""
    goal = {"key": "x", "text": "Some Dice", "limit": 0.98, "found": 0.98, "met": False}
    (tmp_path / "segment.json").write_text(json.dumps({"goals": [goal]}), "utf-8")
    (tmp_path / "segment.md").write_text("# Page\n\n## Goals\n\nold\n\n## Part\n\ntext\n", "utf-8")
    renew(tmp_path)
    text = (tmp_path / "segment.md").read_text("utf-8")
    assert "| Some Dice: at least 0.98 | 0.98  | **missed** |\n\n- Some Dice: no reason is" in text
    assert text.startswith("# Page\n\n## Goals\n\n| goal ")
    assert text.endswith("written down yet\n\n## Part\n\ntext\n")
