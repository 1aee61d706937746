"""What every model said of every held-out sample, as a table."""

from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe.evaluate.fits.experiment import Experiment, ModelRecord
from imgpipe.evaluate.scores.intervals import HeldOut

if TYPE_CHECKING:
    import pandas as pd


def predictions_table(records: list[ModelRecord], experiment: Experiment) -> "pd.DataFrame":
    """One row for each model, held-out sample, repeat and seed."""
    import pandas as pd

    frames = []
    for record in records:
        for number, part in enumerate(record.val + record.test):
            place: dict[str, Any] = {"split": "val" if number < len(record.val) else "test"}
            split = experiment.splits[(number - len(record.val)) % len(experiment.splits)]
            if split.fold is not None:
                place = {"fold": split.fold + 1, "repeat": (split.repeat or 0) + 1}
            if split.site is not None:
                place["held_out"] = split.site
            frames.append(_rows(record.name, part, place, experiment))
    return pd.concat(frames, ignore_index=True)


def _rows(
    name: str, part: HeldOut, place: dict[str, Any], experiment: Experiment
) -> "pd.DataFrame":
    import pandas as pd

    classes = np.asarray(experiment.classes, dtype=object)
    groups = experiment.dataset.groups
    columns = {
        "id": [str(experiment.dataset.ids[i]) for i in part.index],
        **place,
        **({} if groups is None else {"patient": [str(groups[i]) for i in part.index]}),
        "label": classes[experiment.labels[part.index]],
        "model": name,
        **({"seed": part.seed} if experiment.seeds > 1 else {}),
        "predicted": classes[part.predicted],
    }
    columns |= {f"p_{c}": part.scores[:, k] for k, c in enumerate(classes)}
    return pd.DataFrame(columns)
