"""`imgpipe train`: one model fitted on a data set and written to a file."""

import time
from typing import Any

import click

from imgpipe._common import StoppedFit
from imgpipe.cli.program import features as _features
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import output as _output
from imgpipe.cli.program.listing import Listing


@click.command(cls=Listing, lists=("Models", "Families", "Kernels"))
@_options.data
@click.option("--model", default="svm", show_default=True, help="Name of a classifier.")
@click.option("--out", required=True, metavar="MODEL", help="File to write, with suffix .joblib.")
@_features.before
@click.option("--run", metavar="RUN", help="Keep what this run of compare found of MODEL.")
@click.option("--no-pictures", is_flag=True, help="Keep no small pictures of training images.")
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
    no_pictures: bool,
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
    models that stop early, and the test part is not looked at. The file also holds digests of the
    images fitted, by which imgpipe evaluate knows them again, and for the page of predict --report
    ids, labels, patients, features and small pictures of up to 2,000 of them: whoever gets the file
    gets these too, and --no-pictures leaves the pictures out. With --run, the scores and the
    calibration of MODEL in a run of compare on the same data are kept beside it, and with --note
    what it is meant for; imgpipe inspect shows both. A network that is interrupted (Ctrl-C) is
    written with its best weights so far, and the exit code is 130.

    \b
    Example:
      imgpipe train scans/ --model forest --out lungs.joblib
      imgpipe train scans/ --model forest --run run --out lungs.joblib
    """
    _options.check_given(out)

    from imgpipe import bundle, datasets, learn

    bundle.check_suffix(out)
    bundle.check_note(note)
    path = _options.check_file(out, (".imgpipe", ".joblib"), "a model", force)
    _options.check_models([model])
    before = _features.settings(where)
    _features.refuse_for_images(before, [model])
    _features.warn_idle(ctx, ctx.params["families"])
    dataset = datasets.load(data, **where)
    dataset = datasets.in_region(dataset, region, empty_mask=empty_mask)
    found = None if run is None else bundle.found_in_run(run, model, dataset, **before)
    start = time.perf_counter()
    whole = True
    try:
        trained = learn.fit(
            dataset,
            model,
            **before,
            seed=seed,
            n_jobs=_options.worker_count(jobs),
            size=where["size"],
            pictures=not no_pictures,
        )
    except StoppedFit as stop:
        trained, whole = stop.model, False
    card = bundle.make_card(trained, dataset, model, run=found, seed=seed, note=note)
    bundle.save(trained, path, card=card)
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
