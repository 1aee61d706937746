"""The leaderboard: a row a model. A column added here is in the file and in Python at once."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from imgpipe.evaluate.results import (
        Canary,
        DuplicatePair,
        Interval,
        LookAlikesFound,
        ModelResult,
        Subgroup,
    )

# metrics for a terminal, with their titles: what fits into 80 columns with its intervals
ON_TERMINAL = {"auc": "AUC", "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy"}


def leaderboard(
    models: "Sequence[ModelResult]",
    positive_class: str | None = None,
    canaries: "Sequence[Canary]" = (),
    look_alikes: "LookAlikesFound | None" = None,
) -> "pd.DataFrame":
    """Table of the models, best AUC first, with intervals, spread over seeds, and cost.

    With two classes its last column names the one whose sensitivity and precision are meant.
    Below the models stand their scores without the judged images that stand in training, or on
    folds as drawn; then the canaries, whatever they score.
    """
    import pandas as pd

    rows = [{"model": model.name, **_cells(model.metrics), **model.cost} for model in models]
    table = pd.DataFrame(rows)
    # without any AUC, as with few images of a class, accuracy ranks
    by = "accuracy" if table["auc"].isna().all() else "auc"
    table = table.sort_values(by, ascending=False, kind="stable")
    other = other_rows(look_alikes)
    if other:
        extra = [{"model": name, **_cells(metrics)} for name, metrics in other.items()]
        table = pd.concat([table, pd.DataFrame(extra)])
    if canaries:
        own = pd.DataFrame([{"model": row.title, **_cells(row.metrics)} for row in canaries])
        table = pd.concat([table, own])
    if positive_class is not None:
        table["positive_class"] = positive_class
    return table.reset_index(drop=True)


def other_rows(found: "LookAlikesFound | None") -> "dict[str, Mapping[str, Interval]]":
    """Scores under another rule about look-alikes, by the model and the rule."""
    others = [] if found is None else [o for o in (found.without, found.as_drawn) if o is not None]
    return {
        f"{name}, {other.title}": metrics
        for other in others
        for name, metrics in other.scores.items()
    }


def pair_table(pairs: "Sequence[DuplicatePair]") -> "pd.DataFrame":
    """Table of all pairs of equal or nearly equal images, those that matter most first."""
    import pandas as pd

    rows = [
        {
            "id_a": pair.id_a,
            "id_b": pair.id_b,
            "place_a": pair.split_a,
            "place_b": pair.split_b,
            "label_a": pair.label_a,
            "label_b": pair.label_b,
            "alike": "equal"
            if pair.exact
            else ", ".join(filter(None, ["near" if pair.sure else "maybe", pair.way])),
            "similarity": round(pair.similarity, 4),
        }
        for pair in pairs
    ]
    return pd.DataFrame(rows)


def subgroup_table(subgroups: "Sequence[Subgroup]") -> "pd.DataFrame":
    """Table of the scores of subgroups: a row for each of them and model."""
    import pandas as pd

    rows = []
    for group in subgroups:
        about = {"column": group.column, "subgroup": group.name, "images": group.images}
        if group.patients is not None:
            about["patients"] = group.patients
        about |= {f"n_{name}": n for name, n in group.counts.items()}
        for model, metrics in group.metrics.items():
            rows.append({**about, "model": model, **_cells(metrics)})
    return pd.DataFrame(rows)


def _cells(metrics: "Mapping[str, Interval]") -> dict[str, Any]:
    """Value, interval and spread over seeds of each metric, the AUC first."""
    cells: dict[str, Any] = {}
    for metric in sorted(metrics, key=lambda name: name != "auc"):
        score = metrics[metric]
        cells[metric] = score.value
        cells[f"{metric}_low"] = score.low
        cells[f"{metric}_high"] = score.high
        if score.seed_sd is not None:
            cells[f"{metric}_seed_sd"] = score.seed_sd
    return cells


def in_short(
    models: "Sequence[ModelResult]",
    canaries: "Sequence[Canary]" = (),
    look_alikes: "LookAlikesFound | None" = None,
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the few metrics that people look at first, best model first."""
    by_name = {model.name: model for model in models}
    ranked = [by_name[name] for name in leaderboard(models)["model"]]
    shown = [metric for metric in ON_TERMINAL if all(metric in m.metrics for m in models)]
    named: list[tuple[str, Mapping[str, Interval]]] = [(m.name, m.metrics) for m in ranked]
    named += [*other_rows(look_alikes).items(), *((c.title, c.metrics) for c in canaries)]
    rows = [[name, *(_with_ends(metrics[k]) for k in shown)] for name, metrics in named]
    return ["model", *(ON_TERMINAL[metric] for metric in shown)], rows


def _with_ends(score: "Interval") -> str:
    if math.isnan(score.value):
        return "-"
    text = f"{score.value:.3f}"
    return text if math.isnan(score.low) else f"{text} ({score.low:.3f}-{score.high:.3f})"
