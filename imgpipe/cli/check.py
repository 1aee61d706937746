"""`imgpipe check`: what is wrong with a data set before any model, or names a patient."""

from dataclasses import asdict
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.exit_codes import SOME_FAILED
from imgpipe.cli.program.listing import Listing

if TYPE_CHECKING:
    from imgpipe.evaluate import Finding
    from imgpipe.images.privacy import Found


@click.command(cls=Listing, lists=("Checks", "Looked for by --phi"))
@_reading.data
@click.option("--phi", is_flag=True, help="List what names patients, in a folder of any files.")
@click.option("--show-values", is_flag=True, help="With --phi: print names and values, too.")
@click.option("--ignore", metavar="CODES", help="Codes that are not told, by commas.")
@click.option(
    "--folds", type=click.IntRange(min=2), default=5, show_default=True, metavar="K",
    help="For which there should be enough of each class, where no split is given.",
)  # fmt: skip
@click.option("--html", metavar="FILE", help="Also write a page to this file.")
@_options.lang
@click.option("--force", is_flag=True, help="Replace the page that --html names.")
@_options.jobs
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    phi: bool,
    show_values: bool,
    ignore: str | None,
    folds: int,
    html: str | None,
    force: bool,
    jobs: int | None,
    as_json: bool,
    lang: str,
    **where: Any,
) -> int:
    r"""Look for what makes scores on DATA worth less than they seem.

    Copies and look-alikes, patients on both sides, labels that contradict one another, and what
    tells the classes apart without a look at the patient. Exit code 0 where nothing was found, 1
    where something was, 2 where DATA cannot be read.

    With --phi, DATA is a folder of any files, and what is looked for are tags of DICOM, texts in
    other files and paths that name a patient. Values are not printed.

    \b
    Examples:
      imgpipe check scans.csv --groups patient --ignore IMG005
      imgpipe check --phi export/
    """
    if phi:
        return _look_for_patients(ctx, data, ignore, show_values, as_json)
    if show_values:
        raise InputError("--show-values goes with --phi")
    if force and html is None:
        raise InputError("--force goes with --html")
    if html is None and _options.typed(ctx, "lang"):
        raise InputError("--lang goes with --html")
    page = (
        None if html is None else _options.check_file(html, (".html",), "a page", force, "--html")
    )
    from imgpipe import evaluate, report
    from imgpipe.evaluate.checks import known_codes

    codes = known_codes(_options.names(ignore, "--ignore")) if ignore is not None else []
    workers = _options.worker_count(jobs)
    reading = _reading.reading(where)
    # volumes are looked at as they are, whatever will be made of them
    reading["volumes"] = reading["volumes"] or None
    findings = evaluate.check(data, ignore=codes, folds=folds, n_jobs=workers, **reading)
    for text in getattr(findings, "idle", ()):
        click.echo(f"Warning: {text}", err=True)
    if page is not None:
        report.checks_to_html(
            findings, page, title=Path(data).name or data, command=ctx.obj.command, lang=lang
        )
    if as_json:
        _output.print_json({"findings": [_described(finding) for finding in findings]})
    else:
        _show(findings, codes)
    return SOME_FAILED if findings else 0


_FOR_PHI = {"data", "phi", "show_values", "ignore", "as_json"}


def _look_for_patients(
    ctx: click.Context, data: str, ignore: str | None, show_values: bool, as_json: bool
) -> int:
    """List what identifies patients; values only where they were asked for."""
    from imgpipe.images.privacy import find_identifying, known_codes

    idle = _options.typed(ctx, *(ctx.params.keys() - _FOR_PHI))
    if idle:
        raise InputError(f"--phi looks at files, and has no use for {', '.join(sorted(idle))}")
    codes = known_codes(_options.names(ignore, "--ignore")) if ignore is not None else []
    found = find_identifying(data, ignore=codes, show_values=show_values)
    if as_json:
        _output.print_json({"findings": [_as_finding(one) for one in found]})
    else:
        _show_identifying(found, codes)
    return SOME_FAILED if found else 0


def _as_finding(found: "Found") -> dict[str, Any]:
    """Give what was found the keys that findings have."""
    from imgpipe.images.privacy import PRIVACY

    own: dict[str, Any] = {**asdict(found), "pairs": []}
    return own | PRIVACY[found.code]._asdict()


def _show_identifying(found: list["Found"], ignored: list[str]) -> None:
    """Print what was found, the same code together."""
    from imgpipe.images.privacy import PRIVACY

    for code, several in groupby(found, key=attrgetter("code")):
        kind = PRIVACY[code]
        click.echo(f"{code}  {kind.severity}: {kind.title}")
        for one in several:
            click.echo(f"        {one.message}")
            more = f" and {one.files - 3:,} more" if one.files > 3 else ""
            click.echo(f"            {', '.join(one.ids[:3])}{more}")
            for value in one.values:
                click.echo(f"            = {value}")
        click.echo(f"        {kind.meaning}\n        {kind.remedy}\n")
    passed = f"; ignored: {', '.join(ignored)}" if ignored else ""
    told = f"{len(found)} findings" if len(found) != 1 else "1 finding"
    click.echo(f"{told}{passed}" if found else f"Nothing found{passed}")


def _described(finding: "Finding") -> dict[str, Any]:
    """Give a finding with what it means and what would do."""
    from imgpipe.evaluate import CHECKS
    from imgpipe.evaluate.strict_json import plain

    check = CHECKS[finding.code]
    own: dict[str, Any] = plain(finding)
    return own | {"title": check.title, "meaning": check.meaning, "remedy": check.remedy}


def _show(findings: list["Finding"], ignored: list[str]) -> None:
    """Print each finding with what it means and what would do."""
    from imgpipe.datasets.annotations.spelling import some
    from imgpipe.evaluate import CHECKS

    for finding in findings:
        check = CHECKS[finding.code]
        click.echo(f"{finding.code}  {finding.severity}: {finding.message}")
        if finding.ids:
            click.echo(f"        {some(finding.ids, 5)}")
        for a, b in finding.pairs[:5]:
            click.echo(f"        {a} and {b}")
        click.echo(f"        {check.meaning}\n        {check.remedy}\n")
    passed = f"; ignored: {', '.join(ignored)}" if ignored else ""
    if not findings:
        click.echo(f"Nothing found{passed} (of what docs/checks.md lists)")
        return
    counts = {
        kind: sum(f.severity == kind for f in findings) for kind in ("error", "warning", "note")
    }
    told = ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in counts.items() if n)
    click.echo(f"{told}{passed}")
