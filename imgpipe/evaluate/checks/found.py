"""The list of findings that `check` gives, which a notebook shows as a table."""

from typing import Any, SupportsIndex, overload

from markupsafe import Markup

from imgpipe._common import few
from imgpipe._common.html import html_note, html_table, html_view
from imgpipe._common.texts import counted, say
from imgpipe.evaluate.results import Finding

_ROWS = 60
_NAMED = 5  # images of a finding


class Findings(list[Finding]):
    """A list of findings; a notebook shows what each means and what would do.

    Examples
    --------
    >>> Findings([Finding("IMG001", "error", "2 images are of one gray")])
    <1 finding: error IMG001>
    >>> Findings()
    <no findings>
    """

    idle: tuple[str, ...] = ()
    """What was asked of the reading and changes nothing."""

    def __repr__(self) -> str:
        if not self:
            return "<no findings>"
        each = [f"{finding.severity} {finding.code}" for finding in self]
        codes = few(each)
        return f"<{counted(len(self), '{n} finding', '{n} findings')}: {codes}>"

    @overload
    def __getitem__(self, index: SupportsIndex) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> "Findings": ...
    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Findings(found) if isinstance(index, slice) else found

    def _repr_html_(self) -> str:
        if not self:
            return html_view(say("No findings"), say("No check found a fault in the data."))
        title = counted(len(self), "{n} finding", "{n} findings")
        header = [say("finding"), say("what was found"), say("what would do")]
        table = html_table(header, map(_row, self[:_ROWS]))
        more = len(self) - _ROWS
        below = counted(more, "{n} more finding", "{n} more findings") if more > 0 else ""
        return html_view(title, "", table, html_note(below))


def _row(finding: Finding) -> list[Any]:
    from imgpipe.evaluate.checks import CHECKS

    check = CHECKS.get(finding.code)
    named = [*finding.ids, *(say("{a} and {b}", a=a, b=b) for a, b in finding.pairs)]
    ids = ", ".join(named[:_NAMED]) + (" …" if len(named) > _NAMED else "")
    code = Markup('<span class="{0}">{1}</span><br><span class="soft">{2}</span>').format(
        finding.severity, finding.code, finding.severity
    )
    text = Markup('{}<br><span class="soft">{}</span>').format(finding.message, ids)
    return [code, text, "" if check is None else check.remedy]
