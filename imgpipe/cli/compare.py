"""`imgpipe compare`: models judged on the same folds, with a report."""

import math
from collections.abc import Sequence
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import backends as _backends
from imgpipe.cli.program import features as _features
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program import run_folder as _runs
from imgpipe.cli.program.inner_folds import check_choosing
from imgpipe.cli.program.listing import Listing


@click.command(
    cls=Listing, lists=("Models", "Families", "Kernels", "Enhancement", "Recipes", "Segmenters")
)
@_reading.data
@click.option(
    "--models", default="svm,forest,dummy", show_default=True, metavar="NAMES",
    help="Of classifiers, by commas.",
)  # fmt: skip
@_features.before
@click.option("--out", required=True, metavar="RUN", help="Folder for the results and the report.")
@click.option(
    "--folds", type=click.IntRange(min=2), default=5, show_default=True, metavar="K",
    help="Parts, each of which is held out once.",
)  # fmt: skip
@click.option("--folds-of", metavar="RUN", help="Use the folds of an earlier run again.")
@click.option(
    "--repeats", type=click.IntRange(min=1), default=1, show_default=True, metavar="R",
    help="Times that folds are drawn anew.",
)  # fmt: skip
@click.option(
    "--seed", type=_options.SEED, default=0, show_default=True, metavar="S",
    help="Of folds, models and intervals.",
)  # fmt: skip
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
    help="Run seeds S to S+N-1.",
)  # fmt: skip
@click.option(
    "--tune", is_flag=True,
    help="Search a small grid, without looking at held-out data; not with other features.",
)  # fmt: skip
@click.option(
    "--budget-seconds", type=click.FloatRange(min=0, min_open=True), metavar="T",
    help="CPU-seconds each model may spend on tuning, and a network on training.",
)  # fmt: skip
@click.option(
    "--learning-curve", is_flag=True,
    help="Also fit on shares of the training patients; the report shows where models cross.",
)  # fmt: skip
@click.option(
    "--hold-out", metavar="COL=VALUE",
    help="Judge on the images with this VALUE, train on all others; COL alone: each in turn.",
)  # fmt: skip
@click.option(
    "--subgroups", multiple=True, metavar="COL",
    help="Scores for each value of a column too, or each band, as in age:40,60. Repeatable.",
)  # fmt: skip
@click.option(
    "--thresholds", is_flag=True,
    help="Choose decision thresholds on inner folds where there is no validation part.",
)  # fmt: skip
@click.option(
    "--conformal", type=click.FloatRange(0, 1, min_open=True, max_open=True), metavar="P",
    help="Sets of classes that hold the true one with probability P, say 0.9.",
)  # fmt: skip
@click.option(
    "--canaries", is_flag=True,
    help="Also score what sees nothing of the patient: border, brightness, size, shuffled labels.",
)  # fmt: skip
@click.option(
    "--duplicates", type=click.Choice(["group", "drop", "keep"]), default="group",
    show_default=True,
    help="Equal or nearly equal images: on one side of folds, one of each, or as they are.",
)  # fmt: skip
@click.option("--cost", is_flag=True, help="Also measure a cold start and memory: seconds a model.")
@click.option(
    "--margin", type=click.FloatRange(min=0, min_open=True), metavar="M",
    help="Difference of the AUC that does not matter, say 0.02: also test equivalence within it.",
)  # fmt: skip
@_options.least
@_options.lang
@_options.force
@_options.region
@_options.jobs
@_backends.options
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    models: str,
    out: str,
    force: bool,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    as_json: bool,
    lang: str,
    **settings: Any,
) -> None:
    r"""Compare MODELS on DATA and write a report.

    DATA is a folder (class/image, or train|val|test/class/image), a CSV manifest
    (path,label[,group][,split]), a MedMNIST-style .npz file, the name of a registered data set, or
    a table of features that extract wrote (.csv or .parquet, with a column label).
    Given splits are used as they are; otherwise models are cross-validated on the same folds, and
    no patient is ever on both sides.

    \b
    Example:
      imgpipe compare scans.csv --groups patient --models svm,forest --out run
    """
    if settings["seed"] + settings["seeds"] - 1 > _options.SEED.max:
        raise InputError(f"--seed and --seeds lead beyond the last seed, {_options.SEED.max}")
    budget = settings["budget_seconds"]
    if budget is not None and not math.isfinite(budget):
        raise InputError(f"--budget-seconds is {budget}; give a number of seconds, or leave it out")
    folder = _options.check_run_folder(out, force)
    chosen = _options.names(models, "--models")
    _options.check_models(chosen)
    if settings["margin"] is not None and len(chosen) == 1:
        raise InputError(f"--margin compares models, and there is one: {chosen[0]}")
    before = _features.settings(settings)
    settings["region"] = _features.region(ctx)
    _check_search(chosen, before, settings["tune"], budget)
    _features.refuse_for_images(before, chosen)
    _features.warn_idle(ctx, before.get("families", "default"))
    workers = _backends.workers(backend, scheduler, jobs) or _options.worker_count(None)
    if backend is not None:
        _tell_of_networks(chosen)

    from imgpipe import evaluate

    dataset = _loaded(data, _reading.reading(settings), before)
    folds = _options.typed(ctx, "folds", "repeats")
    if settings["hold_out"] is not None:
        _options.warn_idle(folds, f"--hold-out {settings['hold_out']} makes the division")
    elif settings["folds_of"] is None and dataset.split is not None:
        _options.warn_idle(folds, "the data have a split, which is used as it is")
    run = settings.pop("folds_of")
    if run is not None:
        if folds:
            raise InputError(f"--folds-of gives the folds; leave out {', '.join(folds)}")
        settings["folds"] = run
    check_choosing(ctx, chosen, dataset, settings["hold_out"])
    candidates = _with_features(chosen, before, workers) if before else chosen
    with _backends.chosen(backend, scheduler):
        comparison = evaluate.compare(candidates, dataset, n_jobs=workers, **settings)
    found = comparison.look_alikes
    if found is not None and not found.images and not found.left_out:
        _options.warn_idle(_options.typed(ctx, "duplicates"), "no two images look alike")
    _runs.publish(comparison, folder, ctx.obj.command, as_json, lang)


def _tell_of_networks(models: Sequence[str]) -> None:
    """Say which models a cluster does nothing for."""
    here = [name for name in models if _features.takes_images(name)]
    why = f"{', '.join(here)} takes images, and is fitted on this machine"
    if len(here) == len(models):
        _options.warn_idle(["--backend"], why)
    elif here:
        click.echo(f"Note: {why}", err=True)


def _loaded(data: str, reading: dict[str, Any], before: dict[str, Any]) -> Any:
    """Load images, or a table of features."""
    from imgpipe import datasets, tables

    if not tables.is_feature_table(data):
        return _features.with_notes(datasets.load(data, **reading), before)
    names = ("size", "slices", "volumes", "series", "allow_gaps")
    of_images = {name: reading.pop(name) or None for name in names}
    if before:
        asked = ", ".join(_features.asked(click.get_current_context()))
        raise InputError(f"{asked} goes with images, and {data} is a table of features")
    fit = reading.pop("fit")
    of_images["fit"] = None if fit == "stretch" else fit
    for name, value in of_images.items():
        if value is not None:
            option = name.replace("_", "-")
            raise InputError(f"--{option} goes with images, and {data} is a table of features")
    return tables.load_features(data, **reading)


def _check_search(
    models: Sequence[str], before: dict[str, Any], tune: bool, budget: float | None
) -> None:
    """Refuse a search without a grid, and a budget that nothing obeys."""
    from imgpipe.learn import CLASSIFIERS

    if tune and before:
        idle = ", ".join(_features.asked(click.get_current_context()))
        raise InputError(f"--tune has grids for the default features only; leave out {idle}")
    if tune and not any(CLASSIFIERS[model].grid for model in models):
        raise InputError(f"--tune is of no use: {', '.join(models)} has no grid to search")
    if budget is not None and not tune and not any(map(_features.takes_images, models)):
        raise InputError(
            "--budget-seconds ends a search and the training of a network; add --tune or a network"
        )


def _with_features(models: Sequence[str], before: dict[str, Any], jobs: int) -> dict[str, Any]:
    """Give the models on other features; networks take only the filters."""
    from imgpipe.learn import make_pipeline

    return {name: make_pipeline(name, random_state=None, n_jobs=jobs, **before) for name in models}
