"""What the note on the kernels' design names exists: files, and constants at their top level."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTE = (ROOT / "docs" / "design" / "kernels.md").read_text()
FILES = sorted(set(re.findall(r"`([\w/]+\.(?:py|md))`", NOTE)))
# a cell of the table: constants, then the file that holds them
CELLS = re.findall(r"\| ((?:`\w+`(?:, )?)+) in `([\w/.]+)` \|", NOTE)
CONSTANTS = sorted((name, path) for names, path in CELLS for name in re.findall(r"\w+", names))


def place(name: str) -> Path:
    """A file as the note names it: below the kernels, or from the top of the checkout."""
    below = ROOT / "imgpipe" / "kernels" / name
    return below if below.exists() else ROOT / name


def test_the_table_is_read() -> None:
    """Every row of the table of decisions names a constant that is looked for here."""
    rows = [line for line in NOTE.splitlines() if re.match(r"\| .*` in `", line)]
    assert len(rows) == len(CELLS) > 30


TESTED = (ROOT / "docs" / "tested.md").read_text(encoding="utf-8")
PLACES = sorted(set(re.findall(r"`([\w/]+(?:\.py)?)`(?=[,;)]| \||$)", TESTED, re.MULTILINE)))


def test_places_of_tests_exist() -> None:
    """What the page on tests names, a file or a folder, is there."""
    named = [name for name in PLACES if "/" in name]
    assert len(named) > 20
    missing = [
        name for name in named if not any((r / name).exists() for r in (ROOT / "tests", ROOT))
    ]
    assert missing == []


@pytest.mark.parametrize("name", FILES)
def test_files_exist(name: str) -> None:
    """A file that the note names is there."""
    assert place(name).is_file()


@pytest.mark.parametrize(("name", "path"), CONSTANTS)
def test_constants_exist(name: str, path: str) -> None:
    """A threshold that the note names is assigned at the top level of its file."""
    found = set()
    for statement in ast.parse(place(path).read_text()).body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                found |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    assert name in found
