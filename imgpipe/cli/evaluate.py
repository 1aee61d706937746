"""`imgpipe evaluate`: a trained model judged on labelled data that it has not seen."""

from pathlib import Path
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import options as _options
from imgpipe.cli.program import reading as _reading
from imgpipe.cli.program import run_folder as _runs


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
    Example:
      imgpipe evaluate lungs.imgpipe other_hospital/ --out run
      imgpipe evaluate lungs.joblib other_hospital/ --trust --out run
    """
    folder = _options.check_run_folder(out, force)
    from imgpipe import bundle, datasets

    predictor = bundle.load(model, trust=trust)
    _options.warn_trust(model, trust)
    reading = _reading.reading(where)
    own, size = predictor.model.size, reading["size"]
    if size is not None and own is not None and size != own:
        raise InputError(f"--size is {size}; the model was trained with --size {own}")
    dataset = datasets.load(data, **reading | {"size": size or own})
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
