"""`imgpipe detect`: a detector judged on patients it has not seen, with a report."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.listing import Listing

if TYPE_CHECKING:
    from imgpipe.detect import DetectionRun

_GROUPS = "Column that names the patient (for folders: folder, re:...)."
_IDS = "Take patients as different that may be one in two spellings, as 7 and 007."
_SIZE = click.FloatRange(min=0, min_open=True)


@click.command(cls=Listing, lists=("Models",))
@click.argument("data", callback=_reading.named)
@click.option("--out", required=True, metavar="RUN", help="Folder for the results and the report.")
@click.option("--boxes", metavar="FILE.csv", help="Boxes of lesions, in place of masks.")
@click.option(
    "--each", type=click.Choice(["component", "label"]),
    help="What of a mask is a lesion  [default: labels where there are several].",
)  # fmt: skip
@click.option("--groups", metavar="COL", help=_GROUPS)
@click.option("--ids", type=click.Choice(["exact"]), help=_IDS)
@click.option("--model", default="svm", show_default=True, metavar="NAME", help="Of a classifier.")
@click.option(
    "--polarity", type=click.Choice(["bright", "dark", "both"]), default="bright",
    show_default=True, help="What lesions are against their surroundings.",
)  # fmt: skip
@click.option(
    "--min-size", type=_SIZE, metavar="D",
    help="Smallest diameter, in mm where known, else pixels  [default: as trained on].",
)  # fmt: skip
@click.option("--max-size", type=_SIZE, metavar="D", help="Largest diameter.")
@click.option(
    "--rule", type=click.Choice(["centre", "iou", "distance"]), default="centre",
    show_default=True, help="When a box is a hit: by its middle, overlap, or distance.",
)  # fmt: skip
@click.option(
    "--overlap", type=click.FloatRange(0, 1, min_open=True), metavar="IOU",
    help="Of a hit, with --rule iou  [default: 0.1].",
)  # fmt: skip
@click.option(
    "--rate", type=click.FloatRange(min=0), default=1.0, show_default=True, metavar="FP",
    help="False positives an image at which errors are shown.",
)  # fmt: skip
@click.option(
    "--folds", type=click.IntRange(min=2), default=5, show_default=True, metavar="K",
    help="Parts, each of which is held out once.",
)  # fmt: skip
@click.option(
    "--seed", type=_options.SEED, default=0, show_default=True, metavar="S",
    help="Of folds, detectors and intervals.",
)  # fmt: skip
@_reading.volumes
@_options.lang
@_options.force
@_options.jobs
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    out: str,
    boxes: str | None,
    each: str | None,
    groups: str | None,
    ids: str | None,
    lang: str,
    force: bool,
    jobs: int | None,
    as_json: bool,
    **settings: Any,
) -> None:
    r"""Train a detector on lesions in DATA and judge it by FROC.

    DATA is a folder with masks beside images (x_mask.png), a CSV manifest (path,mask[,group]), an
    .npz file with images and masks, or the name of a registered data set; --boxes is a table
    (path,y0,x0,y1,x1, and z0,z1 for volumes) in pixels. Images without a lesion count for false
    positives. Each image is judged once, by a detector that saw none of its patient.

    \b
    Example:
      imgpipe detect scans.csv --groups patient --model forest --out run
    """
    folder = _options.check_run_folder(out, force)
    _options.check_models([settings["model"]])
    if each is not None and boxes is not None:
        raise InputError("--each goes with masks, and --boxes takes their place")
    if settings["overlap"] is not None and settings["rule"] != "iou":
        raise InputError("--overlap goes with --rule iou")
    low, high = settings["min_size"], settings["max_size"]
    if low is not None and high is not None and low > high:
        raise InputError(f"--min-size {low:g} is larger than --max-size {high:g}")
    reading = _reading.how(settings)
    from imgpipe import detect

    lesions = detect.load_lesions(data, boxes=boxes, each=each, groups=groups, ids=ids, **reading)
    workers = _options.worker_count(jobs)
    if settings["overlap"] is None:
        del settings["overlap"]
    run = detect.cross_validate(lesions, n_jobs=workers, **settings)
    for text in run.warnings:
        click.echo(f"Warning: {text}", err=True)
    _publish(run, folder, ctx.obj.command, lang, workers)
    if as_json:
        from imgpipe.evaluate import detection_result

        _output.print_json({**detection_result(run), "out": str(folder)})
        return
    _show(run, folder)


def _publish(run: "DetectionRun", out: Path, command: str, lang: str, workers: int) -> None:
    """Write the run folder whole or not at all."""
    from imgpipe import evaluate, report
    from imgpipe._common import atomic_path, shown

    called = {"command": command, "called_in": shown(os.getcwd())}
    with atomic_path(out, folder=True) as folder:
        evaluate.save_detections(run, folder, n_jobs=workers, **called)
        report.detection_to_html(run, folder / "report.html", command=command, lang=lang)


def _show(run: "DetectionRun", out: Path) -> None:
    from imgpipe.report.words.numbers import number

    found = run.froc
    points = [(f"{p.false_positives:g}", p.sensitivity, p.low, p.high) for p in found.points]
    points.append(("mean", found.mean, found.low, found.high))
    rows = [
        (name, number(value), "" if low != low else f"{number(low)} to {number(high)}")
        for name, value, low, high in points
    ]
    _output.print_table(("false positives an image", "sensitivity", "95 % interval"), rows)
    click.echo()
    click.echo(
        f"{found.lesions:,} lesions in {found.images:,} images of {found.patients:,} patients; "
        f"{found.rule}"
    )
    click.echo(f"Report: {out / 'report.html'}")
