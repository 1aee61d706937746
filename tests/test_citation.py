"""How imgpipe is cited, and what a host shows of it."""

from pathlib import Path

import pytest
import yaml

import imgpipe

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))


def test_the_citation_names_this_version() -> None:
    """CITATION.cff is what format 1.2.0 asks for, and names the version of the package."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert (cited["cff-version"], cited["version"]) == ("1.2.0", imgpipe.__version__)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_issue_templates_ask_something(path: Path) -> None:
    """A template says what it is for, and each of its fields has a label and an id of its own."""
    template = yaml.safe_load(path.read_text())
    assert template["name"]
    assert template["description"]
    fields = [field for field in template["body"] if field["type"] != "markdown"]
    assert fields
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
