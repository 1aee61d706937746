"""`imgpipe detect`: a detector judged on patients it has not seen, with a report."""

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from imgpipe._common import InputError, shown
from imgpipe.cli.program import detecting
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.listing import Listing

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
@click.option(
    "--model", default="svm", show_default=True, metavar="NAME|FILE",
    help="Of a classifier to train; or a detector's file.",
)  # fmt: skip
@click.option("--save", metavar="FILE", help="Train on all images, too, and keep the detector.")
@click.option("--overlay", metavar="DIR", help="Folder of pictures, with --model FILE.")
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
    save: str | None,
    overlay: str | None,
    lang: str,
    force: bool,
    jobs: int | None,
    as_json: bool,
    **settings: Any,
) -> int:
    r"""Train a detector on lesions in DATA and judge it by FROC.

    DATA is a folder with masks beside images (x_mask.png), a CSV manifest (path,mask[,group]), an
    .npz file with images and masks, or the name of a registered data set; --boxes is a table
    (path,y0,x0,y1,x1, and z0,z1 for volumes) in pixels. Images without a lesion count for false
    positives. Each image is judged once, by a detector that saw none of its patient.

    --save keeps a detector that was trained on all images; --model FILE.imgpipe applies one to
    other images, and judges it where lesions are known. --rate then says at which score boxes are
    drawn: that which gave so many false positives in cross-validation. An image that cannot be
    used is named and makes the exit code 1.

    \b
    Examples:
      imgpipe detect scans.csv --groups patient --model forest --out run --save lesions.imgpipe
      imgpipe detect new/ --model lesions.imgpipe --out found --overlay pictures
    """
    folder = _options.check_run_folder(out, force)
    if Path(settings["model"]).suffix.lower() == ".imgpipe":
        _refuse_training(ctx)
        told = {"boxes": boxes, "each": each, "groups": groups}
        given = {name: value for name, value in told.items() if value is not None}
        options = {name: settings[name] for name in ("model", "rate", "seed")}
        asked = [f"--{name}" for name in (*_JUDGING, "seed", "lang") if _is_given(ctx, name)]
        return detecting.apply(
            data, folder, given, asked, **options, reading=_reading.how(settings), overlay=overlay,
            force=force, lang=lang, command=ctx.obj.command,
            workers=_options.worker_count(jobs), as_json=as_json,
        )  # fmt: skip
    if overlay is not None:
        raise InputError("--overlay goes with --model FILE.imgpipe; the report shows a run's boxes")
    kept = None
    if save is not None:
        kept = _options.check_file(save, (".imgpipe",), "a detector", force, "--save")
        _options.check_not_input(save, [data], "--save")
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
    called = {"command": ctx.obj.command, "lang": lang, "workers": workers}
    detecting.publish(run, folder, **called)
    if kept is not None:
        from imgpipe import bundle
        from imgpipe.detect.cross_validation import trained_on_all

        bundle.save(trained_on_all(lesions, run, workers), kept, run=run)
    if as_json:
        from imgpipe.evaluate import detection_result

        saved = {} if kept is None else {"saved": str(kept)}
        _output.print_json({**detection_result(run), "out": str(folder), **saved})
        return 0
    detecting.show(run)
    click.echo(f"Report: {folder / 'report.html'}")
    if kept is not None:
        n = run.froc.images
        click.echo(f"Detector, trained on all {n:,} images: {kept}")
        click.echo(f"Next: imgpipe detect NEW --model {shown(save or '')} --out DIR")
    return 0


_TRAINING = ("save", "polarity", "min_size", "max_size", "rule", "overlap", "folds")
_JUDGING = ("groups", "each")


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE


def _refuse_training(ctx: click.Context) -> None:
    """Refuse options that only training has."""
    for name in _TRAINING:
        if _is_given(ctx, name):
            raise InputError(
                f"--{name.replace('_', '-')} is for training; --model FILE.imgpipe was trained "
                "before"
            )
