"""`imgpipe evaluate`: a trained model judged on labelled data that it has not seen."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program import run_folder as _runs

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel


@click.command()
@click.argument("model")
@_reading.data
@click.option("--out", required=True, metavar="RUN", help="Folder for the results and the report.")
@click.option("--seed", type=_options.SEED, default=0, show_default=True, metavar="S")
@_options.trust
@_options.empty_mask
@_options.least
@_options.lang
@_options.force
@_options.jobs
@_options.common
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    data: str,
    out: str,
    seed: int,
    trust: bool,
    force: bool,
    least: int,
    empty_mask: str,
    jobs: int | None,
    as_json: bool,
    lang: str,
    **where: Any,
) -> None:
    r"""Judge a trained MODEL on DATA that it has not seen.

    DATA should hold nothing that MODEL was trained on. Where it has a split with a test part, that
    part alone is judged. Images that MODEL was trained on are counted in a warning.

    \b
    Examples:
      imgpipe evaluate lungs.imgpipe other_hospital/ --out run
      imgpipe evaluate lungs.joblib other_hospital/ --trust --out run
    """
    folder = _options.check_run_folder(out, force)
    from imgpipe import bundle, datasets

    predictor = bundle.load_predictor(model, trust=trust)
    _options.warn_trust(model, trust)
    reading = _as_trained(predictor.model, _reading.reading(where), ctx.params["fit"])
    dataset = datasets.load(data, **reading)
    positive = predictor.model.positive_class
    if reading["positive"] is not None and dataset.classes[-1] != positive:
        raise InputError(
            f"--positive is {dataset.classes[-1]}; the model was trained with {positive or 'none'} "
            "as the positive class: train another with --positive"
        )
    workers = _options.worker_count(jobs)
    comparison = bundle.score(
        predictor,
        dataset,
        name=Path(model).stem,
        seed=seed,
        n_jobs=workers,
        empty_mask=empty_mask,
        least=least,
    )
    _runs.publish(comparison, folder, ctx.obj.command, as_json, lang)


def _as_trained(model: "TrainedModel", reading: dict[str, Any], fit: str | None) -> dict[str, Any]:
    """Read images as those of the training were; refuse to be told otherwise."""
    size, own = reading["size"], model.size
    pair = (own, own) if isinstance(own, int) else own
    if size is not None and own is not None and (size, size) != pair:
        told = own if isinstance(own, int) or own[0] != own[1] else own[0]
        raise InputError(f"--size is {size}; the model was trained with --size {told}")
    if fit is not None and own is not None and fit != model.fit:
        raise InputError(f"--fit is {fit}; the model was trained with --fit {model.fit}")
    volumes = len(model.image_shape) - (model.channel_axis is not None) > 2
    if volumes and reading["slices"] is not None:
        raise InputError(f"--slices is {reading['slices']}; the model was trained with --volumes")
    if not volumes and reading["volumes"]:
        raise InputError("--volumes is given; the model takes images of two axes")
    # an option is told to change nothing only where it was asked for
    return reading | {
        "size": size or own,
        "fit": reading["fit"] if own is None else model.fit,
        "slices": reading["slices"] or model.slices,
        "volumes": volumes,
    }
