"""`imgpipe evaluate`: a trained model judged on labelled data that it has not seen."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError
from imgpipe.cli.files import models as _models
from imgpipe.cli.files import run_folder as _runs
from imgpipe.cli.program import options as _options

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


@click.command()
@click.argument("model")
@_options.data
@click.option("--out", required=True, metavar="RUN", help="Folder for the results and the report.")
@click.option("--seed", type=_options.SEED, default=0, show_default=True, metavar="S")
@click.option("--trust", is_flag=True, help="Open a .joblib file, which may run code of its maker.")
@_options.jobs
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    data: str,
    groups: str | None,
    split: str | None,
    size: int | None,
    out: str,
    seed: int,
    trust: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    r"""Judge a trained MODEL on DATA that it has not seen.

    DATA should hold nothing that MODEL was trained on. Where it has a split with a test part, that
    part alone is judged. Images that MODEL was trained on are counted in a warning.

    \b
    Example:
      imgpipe evaluate lungs.joblib other_hospital/ --trust --out run
    """
    folder = _options.check_run_folder(out)
    trained = _models.load(model, trust)
    if size is not None and trained.size is not None and size != trained.size:
        raise InputError(f"--size is {size}; the model was trained with --size {trained.size}")

    from imgpipe import datasets
    from imgpipe.evaluate import score_fitted

    dataset = datasets.load(data, groups=groups, split=split, size=size or trained.size)
    dataset = _as_trained(_held_out(dataset), trained, data)
    comparison = score_fitted(
        {Path(model).stem: trained.pipeline},
        dataset,
        seed=seed,
        n_jobs=_options.worker_count(jobs),
        trained_on=None if trained.trained_on is None else frozenset(trained.trained_on),
    )
    _runs.publish(comparison, folder, ctx.obj.command, as_json)


def _held_out(dataset: Any) -> Any:
    """Keep the test part where there is one."""
    test = dataset.positions("test")
    return dataset.take(test) if len(test) else dataset


def _as_trained(dataset: Any, model: "TrainedModel", data: str) -> Any:
    """Code the labels as the model does; refuse classes and images that it never saw."""
    found = [str(name) for name in dataset.classes]
    unseen = sorted({found[code] for code in set(dataset.labels.tolist())} - set(model.classes))
    if unseen:
        raise InputError(
            f"{data}: the model knows no class {', '.join(unseen)}; it was trained on "
            f"{', '.join(model.classes)}"
        )
    _check_images(dataset, model, data)
    codes = [model.classes.index(name) if name in model.classes else -1 for name in found]
    labels = dataset.labels.copy()
    for old, new in enumerate(codes):
        labels[dataset.labels == old] = new
    return replace(dataset, labels=labels, classes=model.classes)


def _check_images(dataset: Any, model: "TrainedModel", data: str) -> None:
    """Refuse images unlike those of the training; in one array, all are like the first."""
    import numpy as np

    dataset.require_one_size()
    several = not isinstance(dataset.images, np.ndarray)
    for i in range(len(dataset) if several else 1):
        try:
            model.check(np.asarray(dataset.images[i]), dataset.channel_axis)
        except InputError as error:
            raise InputError(f"{data}: image {dataset.ids[i]} {error}") from error
