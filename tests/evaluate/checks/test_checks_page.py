"""The registry of checks, and its page."""

import re
from pathlib import Path

from chinese import left_in_english

from imgpipe.evaluate import CHECKS
from imgpipe.evaluate.checks.entry import SEVERITIES
from imgpipe.evaluate.checks.page import page
from imgpipe.report.languages import speaking, tell

DOCS = Path(__file__).parents[3] / "docs" / "checks.md"


def test_the_page_in_docs_is_current() -> None:
    """`make docs` would change nothing."""
    assert DOCS.read_text(encoding="utf-8") == page(), "run make docs"


def test_every_check_says_what_it_means() -> None:
    """Codes are a subject and a number, texts are sentences, and the page has every code."""
    for code, check in CHECKS.items():
        assert code == check.code
        assert re.fullmatch(r"(IMG|DUP|PAT|LAB|SPL|CUT|SCO)\d{3}", code)
        assert check.severity in SEVERITIES
        assert check.meaning.endswith(".")
        assert check.remedy.endswith(".")
        assert f"| {code} | {check.title} |" in page()


def test_every_check_explains_itself_in_chinese() -> None:
    """Titles, meanings and remedies have no English left but options and commands."""
    for code, check in CHECKS.items():
        for text in (check.title, check.meaning, check.remedy):
            assert left_in_english(text) == [], code
            with speaking("zh"):
                assert re.search("[\u4e00-\u9fff]", tell(text)), code
