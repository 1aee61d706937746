"""Codes of findings that lessons name are codes that there are."""

import re
from pathlib import Path

from imgpipe.evaluate import CHECKS

SOURCES = Path(__file__).parent.parent / "notebooks" / "sources"
CODE = re.compile(r"\b(?:IMG|DUP|PAT|LAB|SPL|CUT|SCO)\d{3}\b")


def test_codes_in_lessons_are_known() -> None:
    """Nobody looks for a code in vain; the lesson on mistakes names most kinds."""
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.md"))
    named = set(CODE.findall(text))
    assert named <= set(CHECKS)
    assert {code[:3] for code in named} >= {"DUP", "PAT", "LAB", "SPL", "CUT", "SCO"}
