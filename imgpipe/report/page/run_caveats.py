"""What the page of each run says first, on the page of several."""

from typing import TYPE_CHECKING, Any

from imgpipe.report.page import checks, misses, summary
from imgpipe.report.page.view import view_of
from imgpipe.report.words.sentences import sentence

if TYPE_CHECKING:
    from imgpipe.evaluate import NamedRun


def caveats(run: "NamedRun") -> dict[str, Any] | None:
    """Caveats, warnings and errors of a run, and what its checks found; None where all is well."""
    view = view_of(run.comparison)
    findings = run.comparison.findings
    errors = [sentence(each.message) for each in findings if each.severity == "error"]
    missed = [miss.text for miss in misses.misses(view)]
    first = list(dict.fromkeys([*summary.caveats(view), *errors, *summary.warnings(view), *missed]))
    if not first and all(each.severity == "note" for each in findings):
        return None
    return {
        "name": run.name,
        "first": first,
        "kinds": checks.kinds(findings),
        "findings": checks.rows(findings),
    }
