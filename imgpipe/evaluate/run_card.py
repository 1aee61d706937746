"""What a run found of one model, as plain values that a model's file can keep."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, did_you_mean

_OF_DATA = ("name", "n", "classes", "counts", "patients", "region")
_OF_MODEL = ("metrics", "calibration", "operation", "conformal", "steps")
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
        Parts of ``result.json`` under their names there, those of the model under ``"model"``.

    Raises
    ------
    InputError
        For a folder without a run, and one of other data, of no such model, or of one that was set
        or tuned otherwise.

    Examples
    --------
    >>> run_card("run", "svm", data_hash="62ad", steps={})  # doctest: +SKIP
    """
    result = _read(Path(folder))
    models = result["models"]
    if model not in models:
        raise InputError(
            f"{folder}: no model {model!r} in this run, which has {', '.join(models)}"
            f"{did_you_mean(model, models)}"
        )
    if result["run"]["data_hash"] != data_hash:
        raise InputError(
            f"{folder}: this run is of other data ({result['dataset']['name']}, hash "
            f"{str(result['run']['data_hash'])[:12]}; now {data_hash[:12]}): images, masks, labels "
            "and their order, --size and --region must be those of the run"
        )
    found = models[model]
    _check_steps(folder, model, found, steps)
    return {
        "dataset": {name: result["dataset"][name] for name in _OF_DATA},
        "protocol": result["protocol"],
        "model": {"name": model, **{name: _part(found, name) for name in _OF_MODEL}},
        "findings": [{name: f[name] for name in _OF_FINDING} for f in result["findings"]],
        "run": {name: result["run"].get(name) for name in _OF_RUN},
    }


def _read(folder: Path) -> dict[str, Any]:
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"{folder}: no result.json in it; give a folder of compare") from None
    except ValueError:
        raise InputError(f"{folder}: result.json is damaged") from None
    return result


def _check_steps(
    folder: str | os.PathLike[str], name: str, found: dict[str, Any], steps: Mapping[str, str]
) -> None:
    """Refuse a model that was set or tuned otherwise in the run."""
    if found.get("best_params"):
        raise InputError(f"{folder}: {name} was tuned in this run, and train tunes nothing")
    if not found.get("steps"):
        raise InputError(f"{folder}: written by an earlier version; run compare again")
    for step in {**found["steps"], **steps}:
        there, here = found["steps"].get(step, "left out"), steps.get(step, "left out")
        if there != here:
            raise InputError(
                f"{folder}: {name} was set otherwise in this run: the step {step} was {there}, and "
                f"is {here} now"
            )


def _part(found: dict[str, Any], name: str) -> Any:
    """Take a part of a model's result; of decisions, all but the curves."""
    if name != "operation":
        return found[name]
    return [{key: each[key] for key in _OF_OPERATION} for each in found[name]]
