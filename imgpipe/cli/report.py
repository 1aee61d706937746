"""`imgpipe report`: the page of a run again, or several runs beside one another."""

from typing import TYPE_CHECKING, Any

import click

from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output

if TYPE_CHECKING:
    from imgpipe.evaluate import JoinedRuns


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--out", required=True, metavar="FILE", help="Page to write (.html).")
@_options.lang
@_options.force
@_options.common
def command(runs: tuple[str, ...], out: str, lang: str, force: bool, as_json: bool) -> None:
    r"""Write the report of a RUN again, or of several RUNs beside one another.

    RUN is a folder that compare or evaluate wrote. Models of different runs are tested against one
    another where their runs judged the same images on the same folds (compare --folds-of RUN makes
    such a run). What was changed in a run since, or is missing, is said.

    \b
    Example:
      imgpipe report monday tuesday --out both.html
    """
    page = _options.check_file(out, (".html",), "a page", force)
    from imgpipe import evaluate, report

    if len(runs) == 1:
        comparison = evaluate.load_run(runs[0])
        report.to_html(comparison, page, lang=lang)
        told = {"runs": list(runs), "warnings": list(comparison.reading)}
    else:
        joined = evaluate.join_runs(runs)
        report.runs_to_html(joined, page, lang=lang)
        told = _described(joined)
        if not as_json:
            _show(joined)
    if as_json:
        _output.print_json({**told, "out": str(page)})
    else:
        click.echo(f"Report: {page}")


def _described(joined: "JoinedRuns") -> dict[str, Any]:
    """Gather what machines are told of runs beside one another."""
    from imgpipe.evaluate.strict_json import plain

    return {
        "runs": [run.name for run in joined.runs],
        "warnings": list(joined.warnings),
        "pairs": plain(joined.pairs),
        "unpaired": plain(joined.unpaired),
    }


def _show(joined: "JoinedRuns") -> None:
    """Print the models of all runs, and what is said of each two."""
    from imgpipe.evaluate.leaderboard import in_short

    for first in dict.fromkeys(run.same_as for run in joined.runs):
        models = [m for run in joined.runs if run.same_as == first for m in run.renamed()]
        _output.print_table(*in_short(models))
        click.echo()
    for pair in joined.pairs:
        click.echo(pair.statement)
    for apart in joined.unpaired:
        runs = f"{', '.join(apart.a)} and {', '.join(apart.b)}"
        click.echo(f"No test between {runs}: {apart.why}.")
