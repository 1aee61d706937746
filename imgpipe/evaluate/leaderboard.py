"""The leaderboard: a row a model. A column added here is in the file and in Python at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from imgpipe.evaluate.results import ModelResult

# metrics for a terminal, with their titles: what fits into 80 columns with its intervals
ON_TERMINAL = {"auc": "AUC", "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy"}


def leaderboard(
    models: "Sequence[ModelResult]", positive_class: str | None = None
) -> "pd.DataFrame":
    """Table of the models, best AUC first, with intervals, spread over seeds, and cost.

    With two classes its last column names the one whose sensitivity and precision are meant.
    """
    import pandas as pd

    rows = []
    for model in models:
        row: dict[str, Any] = {"model": model.name}
        for metric in ("auc", *(m for m in model.metrics if m != "auc")):
            score = model.metrics[metric]
            row[metric] = score.value
            row[f"{metric}_low"] = score.low
            row[f"{metric}_high"] = score.high
            if score.seed_sd is not None:
                row[f"{metric}_seed_sd"] = score.seed_sd
        rows.append({**row, **model.cost})
    table = pd.DataFrame(rows)
    if positive_class is not None:
        table["positive_class"] = positive_class
    return table.sort_values("auc", ascending=False, kind="stable", ignore_index=True)
