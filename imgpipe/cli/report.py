"""`imgpipe report`: the page of a run again, or several runs beside one another."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, shown
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output

if TYPE_CHECKING:
    from imgpipe.evaluate import JoinedRuns


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--out", metavar="FILE", help="Page (.html), or text without pictures (.md).")
@click.option(
    "--figures", metavar="DIR",
    help="Write the charts too, as SVG and PNG for papers (needs matplotlib).",
)  # fmt: skip
@_options.lang
@_options.force
@_options.common
def command(
    runs: tuple[str, ...],
    out: str | None,
    figures: str | None,
    lang: str,
    force: bool,
    as_json: bool,
) -> None:
    r"""Write the page of a RUN again, or of several side by side.

    RUN is a folder that compare or evaluate wrote. Models of different runs are tested against one
    another where their runs judged the same images on the same folds (compare --folds-of RUN makes
    such a run). What was changed in a run since, or is missing, is said.

    \b
    Examples:
      imgpipe report monday tuesday --out both.html
      imgpipe report monday --figures figures
    """
    page = _checked(out, figures, len(runs), force)
    with _blaming_changes(runs):
        if len(runs) == 1:
            told = _one(runs[0], page, figures, lang, force)
        else:
            told = _several(runs, page, lang, as_json)
    if as_json:
        _output.print_json({**told, "out": None if page is None else str(page)})
        return
    for path in told.get("figures", ()):
        click.echo(f"Figure: {path}")
    if page is not None:
        click.echo(f"Report: {page}")


@contextmanager
def _blaming_changes(runs: Sequence[str]) -> Iterator[None]:
    """Where no page can be made of a run that was changed, say that, and not that it is a bug."""
    try:
        yield
    except (InputError, OSError, ImportError, MemoryError):
        raise
    except Exception as error:
        from imgpipe.evaluate.reading.files import was_changed

        changed = [shown(run) for run in runs if was_changed(Path(run))]
        if not changed:
            raise
        raise InputError(
            f"no page can be made of {', '.join(changed)}: files were changed after the run, and "
            f"what they hold does not fit together ({type(error).__name__}: {error}); take the "
            "files as they were written, or make the run anew"
        ) from error


def _checked(out: str | None, figures: str | None, runs: int, force: bool) -> Path | None:
    """Refuse, before any work, what cannot be written."""
    if out is None and figures is None:
        raise InputError("nothing to write: give --out FILE or --figures DIR")
    if figures is not None:
        _options.check_given(figures, "--figures")
        if runs > 1:
            raise InputError("--figures draws one run; for several, call it for each")
        _options.check_writable(Path(figures).absolute(), figures)
    if out is None:
        return None
    return _options.check_file(out, (".html", ".md"), "a report", force)


def _one(
    run: str, page: Path | None, figures: str | None, lang: str, force: bool
) -> dict[str, Any]:
    """Write page and figures of a run, and say what was written."""
    from imgpipe import evaluate, report

    comparison = evaluate.load_run(run)
    told: dict[str, Any] = {"runs": [run], "warnings": list(comparison.reading)}
    if figures is not None:
        drawn = report.figures(comparison, figures, lang=lang, force=force)
        told["figures"] = [str(path) for path in drawn]
    if page is not None:
        write = report.to_markdown if page.suffix.lower() == ".md" else report.to_html
        write(comparison, page, lang=lang)
    return told


def _several(runs: Sequence[str], page: Path | None, lang: str, as_json: bool) -> dict[str, Any]:
    """Write the page of several runs, and say what is on it."""
    from imgpipe import evaluate, report

    assert page is not None  # several runs have no figures
    joined = evaluate.join_runs(runs)
    markdown = page.suffix.lower() == ".md"
    write = report.runs_to_markdown if markdown else report.runs_to_html
    write(joined, page, lang=lang)
    if not as_json:
        _show(joined)
    return _described(joined)


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
