"""Section on how well it did on images that it had not seen."""

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imgpipe.bundle.model_card import words
from imgpipe.bundle.model_card.blocks import Block, Facts, Grid, Section, Words

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected

NOT_EVALUATED = (
    "Not evaluated: no run was given. imgpipe compare judges the model on held-out images, and "
    "imgpipe train --run RUN keeps what it found."
)
_CLASSES = 4  # against the rest, whose thresholds are shown


def evaluation(found: "Inspected") -> Section:
    """Give the scores of a run with their intervals, and what thresholds did there."""
    run = found.card.get("run")
    if run is None:
        return Section("Evaluation", [Words(NOT_EVALUATED)])
    protocol, model = run["protocol"], run["model"]
    rows = [
        ("Judged by", _kind(protocol)),
        ("Date of the run", run["run"]["started"][:10]),
        ("Images judged", _judged(run)),
    ]
    metrics = [
        [name, words.number(model["metrics"][key]["value"]),
         words.interval(model["metrics"][key])]
        for key, name in words.METRICS.items() if key in model["metrics"]
    ]  # fmt: skip
    blocks: list[Block] = [
        Words(_of_what(protocol)),
        Facts(rows),
        Grid(["Metric", "Value", "95 % interval"], metrics, 2),
        *_calibration(model.get("calibration")),
        *_operation(model.get("operation") or []),
        Words(protocol["statement"]),
    ]
    return Section("Evaluation", blocks)


def _kind(protocol: Mapping[str, Any]) -> str:
    if protocol.get("folds"):
        repeats = protocol.get("repeats") or 1
        again = f", repeated {repeats} times" if repeats > 1 else ""
        return f"{protocol['folds']}-fold {protocol['kind']}{again}"
    held_out = protocol.get("held_out")
    return f"{protocol['kind']}, held out: {held_out}" if held_out else str(protocol["kind"])


def _of_what(protocol: Mapping[str, Any]) -> str:
    if protocol.get("folds"):
        return (
            "The scores are those of models with the same settings, each fitted on the other folds "
            "and judged on the one held out; the model in this file was then fitted on all images."
        )
    return (
        "The scores are those of a model with the same settings, fitted on the same part of the "
        "data and judged on images held out from it."
    )


def _judged(run: Mapping[str, Any]) -> str:
    data = run["dataset"]
    parts = data["counts"]
    judged = parts.get("test") or parts.get("all") or {}
    n = sum(judged.values())
    patients = data.get("patients")
    by = "images as the unit, no patient column" if patients is None else "patients as the unit"
    return f"{n:,} of {data['n']:,}; {by}"


def _calibration(found: Mapping[str, Any] | None) -> list[Block]:
    if found is None:
        return []
    chance, limit = (words.number(found[key]) for key in ("ece_by_chance", "ece_chance_limit"))
    told = (
        f"Calibration error: {words.with_interval(found['ece'])}; true probabilities would have "
        f"{chance} in the mean, and at most {limit} in 95 of 100 cases."
    )
    return [Words(told)]


def _operation(operation: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Tell what thresholds did, for the positive class or each class against the rest."""
    if not operation:
        return []
    if len(operation) > _CLASSES:
        told = f"Thresholds of each of {len(operation)} classes stand in the report of the run."
        return [Words(told)]
    blocks: list[Block] = []
    for one in operation:
        chosen = one.get("chosen_on")
        on = f", chosen on the {chosen}, never on what is judged" if chosen else ""
        of = " (medians over folds)" if any(len(p["thresholds"]) > 1 for p in one["points"]) else ""
        blocks += [Words(f"Thresholds for {one['name']}{of}{on}:"), _points(one["points"])]
    return blocks


def _points(points: Sequence[Mapping[str, Any]]) -> Grid:
    header = ["Chosen for", "Threshold", "Sensitivity", "Specificity", "PPV", "NPV"]
    rows = [
        [
            str(point["rule"]),
            words.number(statistics.median(point["thresholds"])) if point["thresholds"] else "–",
            *(
                words.with_interval(point[key])
                for key in ("sensitivity", "specificity", "ppv", "npv")
            ),
        ]
        for point in points
    ]
    return Grid(header, rows, 5, narrow=4)
