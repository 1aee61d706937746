"""What the checks found, with what each finding means and what would do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, counted, joined, say
from imgpipe.report.page.view import View
from imgpipe.report.words.fixed import severity_name
from imgpipe.report.words.sentences import capital, sentence

if TYPE_CHECKING:
    from imgpipe.evaluate import Finding

_IDS = 8  # ids and pairs shown of a finding
_TAKEN_BACK = ("SCO003", "SCO007")


def section(view: View) -> dict[str, Any]:
    """All findings of a comparison."""
    return content(view.comparison.findings)


def content(findings: Sequence["Finding"]) -> dict[str, Any]:
    """What the template shows of findings."""
    return {"rows": rows(findings), "kinds": kinds(findings)}


def rows(findings: Sequence["Finding"]) -> list[dict[str, Any]]:
    """One row a finding."""
    return [_row(finding) for finding in findings]


def kinds(findings: Sequence["Finding"]) -> Text:
    """How many there are of each kind; blank where there are none."""
    n = {kind: sum(f.severity == kind for f in findings) for kind in ("error", "warning", "note")}
    told = [
        counted(n["error"], "{n} error", "{n} errors"),
        counted(n["warning"], "{n} warning", "{n} warnings"),
        counted(n["note"], "{n} note", "{n} notes"),
    ]
    shown = [text for text, there in zip(told, n.values(), strict=True) if there]
    return say("{kinds:,}", kinds=shown)


def caveats(findings: Sequence["Finding"]) -> list[str]:
    """What takes the headline back: a number, or a canary, that scores as well as the models."""
    return [sentence(f.message) for f in findings if f.code in _TAKEN_BACK]


def _row(finding: "Finding") -> dict[str, Any]:
    from imgpipe.evaluate import CHECKS

    check = CHECKS[finding.code]
    named = [*finding.ids, *(say("{a} and {b}", a=a, b=b) for a, b in finding.pairs)]
    return {
        "code": finding.code,
        "severity": finding.severity,
        "kind": severity_name(finding.severity),
        "title": capital(check.title),
        "message": sentence(finding.message),
        "advice": joined([check.meaning, check.remedy]),
        "ids": named[:_IDS],
        "more": max(0, len(named) - _IDS),
    }
