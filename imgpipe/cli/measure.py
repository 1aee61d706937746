"""`imgpipe measure`: masks against references, in a table and on a page."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError
from imgpipe._common.progress import track
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.exit_codes import SOME_FAILED

if TYPE_CHECKING:
    from imgpipe.tables import MaskScores

_PICTURES = 12
_LABELS = 12  # on the terminal, of which all measures are shown


@click.command()
@click.argument("masks", callback=_reading.named)
@click.argument("reference", required=False, callback=_reading.named)
@click.option("--out", metavar="FILE.csv", help="Table with a row for each label of each mask.")
@click.option("--html", metavar="FILE", help="Page with a summary and the worst pairs.")
@click.option("--images", metavar="DATA", help="What was drawn on, for pictures and RTSTRUCT.")
@click.option("--region", metavar="NAME", help="Region of RTSTRUCT, segment of DICOM SEG.")
@click.option("--labels", metavar="N,...", help="Labels to measure [default: those in a pair].")
@click.option("--any-label", is_flag=True, help="All labels together are one.")
@click.option("--instances", is_flag=True, help="Each label is one object: find those.")
@click.option("--iou", metavar="T,...", help="Overlap above which objects are found [0.5].")
@click.option("--resample", is_flag=True, help="Bring masks onto the grid of their reference.")
@_options.lang
@_options.force
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    masks: str,
    reference: str | None,
    out: str | None,
    html: str | None,
    images: str | None,
    region: str | None,
    labels: str | None,
    any_label: bool,
    instances: bool,
    iou: str | None,
    resample: bool,
    lang: str,
    force: bool,
    as_json: bool,
) -> int:
    r"""Measure how near MASKS come to a REFERENCE.

    Each is a file, a folder, a manifest (.csv) with a column mask, or a data set with masks; PNG,
    TIFF, NPY, NIfTI, NRRD, DICOM SEG and RTSTRUCT are read, and paired by name. Without REFERENCE,
    MASKS is a manifest with the columns mask and reference. Distances are in mm where files say how
    far pixels are apart. Where a mask has no partner or cannot be used, it is named, and the exit
    code is 1.

    \b
    Examples:
      imgpipe measure found/ drawn/ --out measures.csv --html measures.html --images scans/
      imgpipe measure cells/ truth/ --instances --iou 0.5,0.75
    """
    if any_label and (instances or labels is not None):
        raise InputError("--any-label excludes --labels and --instances: all labels, as one")
    _check_use(ctx, out, html, instances, iou, labels)
    table = page = None
    inputs = [each for each in (masks, reference, images) if each is not None]
    if out is not None:
        _options.check_not_input(out, inputs)
        table = _options.check_file(out, (".csv",), "a table of measures", force)
    if html is not None:
        page = _options.check_file(html, (".html",), "a page", force, "--html")
    chosen = None if labels is None else _numbers(labels, int, "--labels", "whole numbers")
    thresholds = _numbers(iou or "0.5", float, "--iou", "numbers") if instances else None
    from imgpipe.tables import measure_masks

    scores = measure_masks(
        masks, reference, images=images, region=region, labels=chosen, any_label=any_label,
        iou=thresholds, resample=resample, pictures=_PICTURES if page is not None else 0,
        track=lambda pairs: track(pairs, "pairs", lines=True),
    )  # fmt: skip
    for text in scores.warnings:
        click.echo(f"Warning: {text}", err=True)
    if resample and not scores.resampled:
        _options.warn_idle(["--resample"], "no mask lies on another grid than its reference")
    if not scores.drawn:
        if images is not None and page is None:
            _options.warn_idle(["--images"], "no page shows them, and no mask was drawn on them")
        if region is not None:
            _options.warn_idle(["--region"], "no mask is an RTSTRUCT or a DICOM SEG")
    if table is not None:
        scores.write(table)
    if page is not None:
        from imgpipe.report import masks_to_html

        title = " / ".join(Path(each).name or each for each in (masks, reference) if each)
        masks_to_html(scores, page, title=title, command=ctx.obj.command, lang=lang)
    if as_json:
        _print_json(scores)
    else:
        _show(scores, out, html)
    from imgpipe.report.words.masks import not_paired

    for error in [*scores.unusable, *not_paired(scores)]:
        click.echo(f"Error: {error}", err=True)
    return SOME_FAILED if scores.errors else 0


def _check_use(
    ctx: click.Context,
    out: str | None,
    html: str | None,
    instances: bool,
    iou: str | None,
    labels: str | None,
) -> None:
    """Refuse, before any work, options that go with others."""
    if html is None and _options.typed(ctx, "lang"):
        raise InputError("--lang goes with --html")
    if out is None and html is None and _options.typed(ctx, "force"):
        raise InputError("--force goes with --out or --html")
    if instances and labels is not None:
        raise InputError("--labels and --instances exclude each other: labels, or objects")
    if iou is not None and not instances:
        raise InputError("--iou goes with --instances")


def _numbers(text: str, kind: Any, option: str, what: str) -> list[Any]:
    words = _options.names(text, option)
    try:
        return [kind(word) for word in words]
    except ValueError:
        raise InputError(f"{option} is {text!r}; give {what} separated by commas") from None


def _print_json(scores: "MaskScores") -> None:
    from imgpipe.evaluate.strict_json import plain

    _output.print_json(
        {
            "pairs": scores.pairs,
            "failed": scores.errors,
            "summary": plain(scores.summary()),
            "rows": plain(scores.rows),
        }
    )


def _show(scores: "MaskScores", out: str | None, html: str | None) -> None:
    """Print the summary, a line for each measure."""
    from imgpipe.report.words.masks import measure_name
    from imgpipe.report.words.numbers import figure

    def number(value: float) -> str:
        return figure(value) if math.isfinite(value) else str(value)

    kind = "iou" if scores.objects else "label"
    summary = scores.summary()
    labels = len({each.label for each in summary})
    if labels > _LABELS:
        summary = [each for each in summary if each.measure == scores.first][:_LABELS]
    rows = []
    for each in summary:
        key = each.iou if scores.objects else each.label
        name = measure_name(each.measure, scores.units())
        rows.append([str(key), name, str(each.count), *map(number, (each.mean, each.median)),
                     number(each.worst), each.worst_id])  # fmt: skip
    if rows:
        _output.print_table([kind, "measure", "n", "mean", "median", "worst", "in"], rows)
    if labels > _LABELS:
        click.echo(f"{labels - _LABELS:,} more labels, and the other measures: --out, --html")
    undefined = sum(each.undefined for each in scores.summary() if each.measure == "hausdorff")
    if undefined:
        click.echo(f"Rows whose distances are infinite, since one of two masks is empty, and left "
                   f"out of the means: {undefined}")  # fmt: skip
    click.echo(f"Pairs: {scores.pairs:,}")
    for what, path in (("Table", out), ("Page", html)):
        if path is not None:
            click.echo(f"{what}: {path}")
