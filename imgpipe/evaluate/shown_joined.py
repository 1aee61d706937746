"""What runs beside one another show of themselves in a notebook."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from imgpipe._common.html import html_list, html_note, html_table, html_view
from imgpipe._common.texts import counted, say
from imgpipe.evaluate.leaderboard import in_short

if TYPE_CHECKING:
    from imgpipe.evaluate.results.joined import JoinedRuns

_TOLD = 5  # pairs that are told in words


def show_joined(joined: "JoinedRuns") -> str:
    """Frame runs: a leaderboard for those that judged alike, what tests say, what has none."""
    names = [run.name for run in joined.runs]
    facts = [
        counted(len(joined.runs), "{n} run", "{n} runs"),
        counted(len(joined.models), "{n} model", "{n} models"),
        counted(len(joined.pairs), "{n} pair tested", "{n} pairs tested"),
    ]
    boards = []
    for first in dict.fromkeys(run.same_as for run in joined.runs):
        alike = [m for run in joined.runs if run.same_as == first for m in run.renamed()]
        header, rows = in_short(alike)
        boards.append(html_table(header, rows, range(1, len(header))))
    more = len(joined.pairs) - _TOLD
    apart = [
        say("No test between {a} and {b}: {why}.", a=list(each.a), b=list(each.b), why=each.why)
        for each in joined.unpaired
    ]
    return html_view(
        say("{names}", names=names),
        ", ".join(facts),
        *boards,
        *(html_note(pair.statement) for pair in joined.pairs[:_TOLD]),
        html_note(counted(more, "{n} more pair", "{n} more pairs") if more > 0 else Markup("")),
        html_list([*joined.warnings, *apart]),
    )
