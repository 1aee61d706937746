"""What the checks found, with what each finding means and what would do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe.report.page.view import View
from imgpipe.report.words import numbers
from imgpipe.report.words.sentences import sentence

if TYPE_CHECKING:
    from imgpipe.evaluate import Finding

_IDS = 8  # ids and pairs shown of a finding
_TAKEN_BACK = ("SCO003", "SCO007")
_KINDS = {"error": "error", "warning": "warning", "note": "note"}


def section(view: View) -> dict[str, Any]:
    """All findings of a comparison."""
    return content(view.comparison.findings)


def content(findings: Sequence["Finding"]) -> dict[str, Any]:
    """What the template shows of findings."""
    return {"rows": rows(findings), "counted": counted(findings)}


def rows(findings: Sequence["Finding"]) -> list[dict[str, Any]]:
    """One row a finding."""
    return [_row(finding) for finding in findings]


def counted(findings: Sequence["Finding"]) -> str:
    """How many there are of each kind; blank where there are none."""
    told = [(sum(f.severity == kind for f in findings), word) for kind, word in _KINDS.items()]
    return ", ".join(numbers.count(n, word) for n, word in told if n)


def caveats(findings: Sequence["Finding"]) -> list[str]:
    """What takes the headline back: a number, or a canary, that scores as well as the models."""
    return [sentence(f.message) for f in findings if f.code in _TAKEN_BACK]


def _row(finding: "Finding") -> dict[str, Any]:
    from imgpipe.evaluate import CHECKS

    check = CHECKS[finding.code]
    named = [*finding.ids, *(f"{a} and {b}" for a, b in finding.pairs)]
    return {
        "code": finding.code,
        "severity": finding.severity,
        "title": check.title[:1].upper() + check.title[1:],
        "message": sentence(finding.message),
        "meaning": check.meaning,
        "remedy": check.remedy,
        "ids": named[:_IDS],
        "more": max(0, len(named) - _IDS),
    }
