"""`imgpipe train`: one model fitted on a data set and written to a file."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError, StoppedFit
from imgpipe.cli.program import features as _features
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program.listing import Listing

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


@click.command(
    cls=Listing, lists=("Models", "Families", "Kernels", "Enhancement", "Recipes", "Segmenters")
)
@_reading.data
@click.option("--model", default="svm", show_default=True, metavar="NAME", help="Of a classifier.")
@click.option("--out", required=True, metavar="MODEL", help="File to write: .imgpipe, or .joblib.")
@_features.before
@click.option("--run", metavar="RUN", help="Keep what this run of compare found of MODEL.")
@click.option(
    "--cases",
    type=click.Choice(["none", "features", "pictures"]),
    default="none",
    show_default=True,
    help="What to keep of training images, to show the nearest beside others.",
)
@click.option("--note", metavar="TEXT", help="What MODEL is meant for, and what not: for its card.")
@click.option("--seed", type=_options.SEED, default=0, show_default=True, metavar="S")
@_options.force
@_options.region
@_options.jobs
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    model: str,
    out: str,
    run: str | None,
    cases: str,
    note: str | None,
    seed: int,
    force: bool,
    region: str | None,
    empty_mask: str,
    jobs: int | None,
    as_json: bool,
    **where: Any,
) -> None:
    r"""Train MODEL on DATA and write it to a file.

    Where DATA has a split, only the training part is fitted; the validation part is at hand to
    models that stop early, and the test part is not looked at. With --run, the scores and the
    calibration of MODEL in a run of compare on the same data are kept beside it, and with --note
    what it is meant for; imgpipe inspect shows both. A network that is interrupted (Ctrl-C) is
    written with its best weights so far, and the exit code is 130.

    A .imgpipe file is safe to open and light to run; a .joblib file is a pickle, which can run code
    when it is opened, and needs --trust. Neither names an image or a patient: kept are what
    learnt, how features were distributed, the features of 24 images without their names, and
    digests of the images fitted, by which imgpipe evaluate counts them among those it judges (who
    has an image can tell by its digest whether it was trained on; none can be made from it). For
    the page of predict --report, --cases features adds ids, labels, patients and features of up to
    2,000 training images, and --cases pictures small pictures of them: whoever gets the file gets
    these too.

    \b
    Examples:
      imgpipe train scans/ --model forest --out lungs.imgpipe
      imgpipe train scans/ --model forest --run run --cases features --out lungs.imgpipe
    """
    _options.check_given(out)

    from imgpipe import bundle, datasets, learn

    bundle.check_suffix(out)
    bundle.check_note(note)
    path = _options.check_file(out, (".imgpipe", ".joblib"), "a model", force)
    _options.check_models([model])
    before = _features.settings(where)
    region = _features.region(ctx)
    _features.refuse_for_images(before, [model])
    pipeline = learn.make_pipeline(model, **before)
    bundle.check_writable(pipeline, out)
    _features.warn_idle(ctx, before.get("families", "default"))
    reading = _reading.reading(where)
    dataset = _features.with_notes(datasets.load(data, **reading), before)
    workers = _options.worker_count(jobs)
    dataset, before = _features.in_region(dataset, before, region, empty_mask, workers)
    bundle.check_writable(pipeline, out, dataset.classes)
    found = None if run is None else bundle.found_in_run(run, model, dataset, **before)
    start = time.perf_counter()
    whole = True
    try:
        trained = learn.fit(
            dataset,
            model,
            **before,
            seed=seed,
            n_jobs=workers,
            size=reading["size"],
            cases=cases,
        )
    except StoppedFit as stop:
        trained, whole = stop.model, False
    card = bundle.make_card(trained, dataset, model, run=found, seed=seed, note=note)
    _save(trained, path, card)
    if not whole:
        raise KeyboardInterrupt(f"training was interrupted; {path} holds the best weights so far")
    seconds = time.perf_counter() - start
    used = len(dataset.positions("train"))
    if as_json:
        facts = {
            "out": str(path),
            "model": model,
            "classes": list(trained.classes),
            "positive_class": trained.positive_class,
            "images": used,
            "seconds": round(seconds, 3),
            "warnings": list(trained.warnings),
        }
        _output.print_json(facts)
        return
    for text in trained.warnings:
        click.echo(f"Warning: {text}", err=True)
    click.echo(
        f"{model} fitted on {used:,} images of {len(trained.classes)} classes in {seconds:.1f} s"
    )
    if trained.positive_class is not None:
        click.echo(f"Positive class: {trained.positive_class}")
    click.echo(f"Model: {path}")


def _save(trained: "TrainedModel", path: Path, card: dict[str, Any]) -> None:
    """Write the model; one that a bundle does not hold is kept as a pickle, and that is said."""
    from imgpipe import bundle

    try:
        bundle.save(trained, path, card=card)
    except OSError:  # no disk would hold a pickle either
        raise
    except Exception as error:
        if path.suffix.lower() == ".joblib":
            raise
        beside = _free(path.with_suffix(".joblib"))
        bundle.save(trained, beside, card=card)
        told = f"so that the training is not lost, {beside} holds the model; it opens with --trust"
        if not isinstance(error, InputError):
            click.echo(f"Warning: {told}", err=True)
            raise
        raise InputError(f"{error}; {told}") from None


def _free(path: Path) -> Path:
    """Give a name that no file has: this one, or this one with a number."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found
