"""`imgpipe compare`: models judged on the same folds, with a report."""

import math
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli import _options, _runs


@click.command()
@_options.data
@click.option("--models", default="svm,forest,dummy", show_default=True, help="Names, by commas.")
@click.option("--out", required=True, metavar="RUN", help="Folder for the results and the report.")
@click.option("--folds", type=click.IntRange(min=2), default=5, show_default=True, metavar="K")
@click.option("--repeats", type=click.IntRange(min=1), default=1, show_default=True, metavar="R")
@click.option("--seed", type=_options.SEED, default=0, show_default=True, metavar="S")
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
    help="Run seeds S to S+N-1.",
)  # fmt: skip
@click.option("--tune", is_flag=True, help="Search a small grid, without looking at held-out data.")
@click.option(
    "--budget-seconds", type=click.FloatRange(min=0, min_open=True), metavar="T",
    help="CPU-seconds each model may spend on tuning, and a network on training.",
)  # fmt: skip
@click.option(
    "--learning-curve", is_flag=True,
    help="Also fit on shares of the training patients; the report shows where models cross.",
)  # fmt: skip
@_options.jobs
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    groups: str | None,
    split: str | None,
    size: int | None,
    models: str,
    out: str,
    jobs: int | None,
    as_json: bool,
    **settings: Any,
) -> None:
    r"""Compare MODELS on DATA and write a report.

    DATA is a folder (class/image, or train|val|test/class/image), a CSV manifest
    (path,label[,group][,split]), a MedMNIST-style .npz file, or the name of a registered data set.
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
    folder = _options.check_run_folder(out)
    chosen = _options.names(models, "--models")

    from imgpipe import datasets, evaluate

    dataset = datasets.load(data, groups=groups, split=split, size=size)
    comparison = evaluate.compare(chosen, dataset, n_jobs=_options.worker_count(jobs), **settings)
    _runs.publish(comparison, folder, ctx.obj.command, as_json)
