"""What a run found of one model, as plain values that a model's file can keep."""

import os
import warnings
from collections.abc import Mapping
from typing import Any

from imgpipe._common import InputError, did_you_mean
from imgpipe.evaluate.results import Comparison, ModelResult
from imgpipe.evaluate.run_files import load_run
from imgpipe.evaluate.strict_json import Written

_OF_DATA = ("name", "n", "classes", "counts", "patients", "region")
_OF_MODEL = ("name", "metrics", "calibration", "conformal", "steps")
_OF_OPERATION = ("name", "n", "positives", "prevalence", "points", "chosen_on")
_OF_RUN = ("started", "versions", "seed", "data_hash")  # a command names folders of its author
_OF_FINDING = ("code", "severity", "message")


def run_card(
    folder: str | os.PathLike[str],
    model: str,
    *,
    data_hash: str,
    steps: Mapping[str, str],
) -> dict[str, Any]:
    """Take what a run found of a model that was fitted anew on the same data.

    Parameters
    ----------
    folder : path-like
        Written by `save_run`, or by ``imgpipe compare``.
    model : str
        Its name in the run.
    data_hash : str
        Of the data that the model was fitted on, which must be those of the run.
    steps : dict of str to str
        How its steps are set (`imgpipe.learn.pipelines.settings_of`), as they must be in the run.

    Returns
    -------
    dict
        Parts of ``result.json`` under their names there, those of the model under ``"model"``;
        ``"wording"`` holds what texts are made of, by their places in this dict (RFC 6901).

    Raises
    ------
    InputError
        For a folder without a run, and one of other data, of no such model, or of one that was set
        or tuned otherwise; and for one that was changed since it was written.

    Examples
    --------
    >>> run_card("run", "svm", data_hash="62ad", steps={})  # doctest: +SKIP
    """
    comparison = _whole(folder)
    models = {each.name: each for each in comparison.models}
    if model not in models:
        raise InputError(
            f"{folder}: no model {model!r} in this run, which has {', '.join(models)}"
            f"{did_you_mean(model, models)}"
        )
    if comparison.run.data_hash != data_hash:
        raise InputError(
            f"{folder}: this run is of other data ({comparison.dataset.name}, hash "
            f"{comparison.run.data_hash[:12]}; now {data_hash[:12]}): images, masks, labels and "
            "their order, --positive, --size, --region and --empty-mask must be those of the run"
        )
    found = models[model]
    _check_steps(folder, found, steps)
    writer = Written()
    card = writer.plain(
        {
            "dataset": _some(comparison.dataset, _OF_DATA),
            "protocol": comparison.protocol,
            "model": {
                **_some(found, _OF_MODEL),
                "operation": [_some(each, _OF_OPERATION) for each in found.operation],
            },
            "findings": [_some(finding, _OF_FINDING) for finding in comparison.findings],
            "run": _some(comparison.run, _OF_RUN),
        }
    )
    return {**card, "wording": writer.wording}


def _whole(folder: str | os.PathLike[str]) -> Comparison:
    """Read a run back; refuse one that was changed since it was written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is in `reading`
        comparison = load_run(folder)
    if comparison.reading:
        raise InputError(f"{comparison.reading[0]} Run compare again.")
    return comparison


def _some(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Take some fields of a result."""
    return {name: getattr(value, name) for name in names}


def _check_steps(
    folder: str | os.PathLike[str], found: ModelResult, steps: Mapping[str, str]
) -> None:
    """Refuse a model that was set or tuned otherwise in the run."""
    if found.best_params:
        raise InputError(f"{folder}: {found.name} was tuned in this run, and train tunes nothing")
    if not found.steps:
        raise InputError(f"{folder}: written by an earlier version; run compare again")
    for step in {**found.steps, **steps}:
        there, here = found.steps.get(step, "left out"), steps.get(step, "left out")
        if there != here:
            raise InputError(
                f"{folder}: {found.name} was set otherwise in this run: the step {step} was "
                f"{there}, and is {here} now"
            )
