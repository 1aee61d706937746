"""The checks as a page of Markdown, built from the registry.

Run ``python -m imgpipe.evaluate.checks.page FILE`` to write it.
"""

import sys
from pathlib import Path

from imgpipe.evaluate.checks import CHECKS
from imgpipe.evaluate.checks.entry import Check

_HEAD = """\
# Checks

Built from the registry by `make docs`; do not edit.

`imgpipe check DATA` looks for what makes scores worth less than they seem, before any model;
`imgpipe compare` looks for the same, and at the models too. An *error* means that scores cannot be
trusted, a *warning* that they may be too good, a *note* is worth knowing. `--ignore CODE,...`
passes codes over. The exit code of `check` is 0 where nothing was found, 1 where something was.

What tells the classes apart "alone" is one number, or word, an image, without any fit. Its AUC
counts images; whether it is more than chance is tested with the patient as the unit, and the
numbers of one check seem to tell the classes of a clean set once in a thousand sets. What is
less telling than an AUC of .7 (formats, area of the masks), .8 (columns), .85 (gray levels,
border) or .9 (words in file names, one pixel of the border) is not told at all.
"""
_SUBJECTS = {
    "IMG": "Images",
    "DUP": "Copies and look-alikes",
    "PAT": "Patients",
    "LAB": "Labels",
    "SPL": "Splits",
    "CUT": "Shortcuts",
    "SCO": "Scores",
}


def page() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *(_section(prefix, title) for prefix, title in _SUBJECTS.items())])


def _section(prefix: str, title: str) -> str:
    """Describe the checks of one subject."""
    own = sorted((c for c in CHECKS.values() if c.code.startswith(prefix)), key=lambda c: c.code)
    head = "| code | finding | severity | what it means | what would do |\n|---|---|---|---|---|"
    return "\n".join([f"## {title}", "", head, *map(_row, own), ""])


def _row(check: Check) -> str:
    cells = (check.code, check.title, check.severity, check.meaning, check.remedy)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")
