"""What the card of a model says of it, as rows of a table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from imgpipe._common.texts import Text, joined, say
from imgpipe.report.words.fixed import kind_name
from imgpipe.report.words.numbers import metric_name

_METRICS = ("auc", "accuracy", "sensitivity", "specificity", "balanced_accuracy", "brier")


def card_rows(card: Mapping[str, Any]) -> list[tuple[Text, Any]]:
    """List what a model's card knows of it."""
    rows: list[tuple[Text, Any]] = []
    if "model" in card:
        rows.append((say("Model"), card["model"]))
    if "data" in card:
        rows.append((say("Trained on"), card["data"]))
    if "images" in card:
        counts = [say("{name}: {n}", name=name, n=n) for name, n in card["images"].items()]
        rows.append((say("Training images"), _enumerated(counts)))
    if "patients" in card:
        patients = card["patients"]
        rows.append((say("Patients"), say("unknown") if patients is None else f"{patients:,}"))
    if "trained" in card:
        rows.append((say("Trained"), datetime.fromisoformat(card["trained"]).date()))
    run = card.get("run")
    return rows + ([(say("Judged"), say("not judged: no run was given"))] if run is None
                   else _of_run(run))  # fmt: skip


def _of_run(run: Mapping[str, Any]) -> list[tuple[Text, Any]]:
    """Rows of the card that come from the run."""
    rows: list[tuple[Text, Any]] = [
        (
            say("Judged"),
            say(
                "{kind}, {date}",
                kind=kind_name(run["protocol"]["kind"]),
                date=datetime.fromisoformat(run["run"]["started"]).date(),
            ),
        )
    ]
    metrics = run["model"]["metrics"]
    rows += [(metric_name(key), _score(metrics[key])) for key in _METRICS if key in metrics]
    calibration = run["model"]["calibration"]
    if calibration is not None:
        rows.append((say("Calibration error"), _score(calibration["ece"])))
    return rows


def _score(found: Mapping[str, Any]) -> str:
    """Write a score with its interval, three digits each."""
    if found["value"] is None:
        return "–"
    if found["low"] is None or found["high"] is None:
        return f"{found['value']:.3f}"
    value, interval = f"{found['value']:.3f}", f"{found['low']:.3f}–{found['high']:.3f}"
    return say("{value} ({ends})", value=value, ends=interval)


def _enumerated(texts: Sequence[Text]) -> Text:
    """Enumerate texts."""
    return say("{texts}", texts=list(texts)) if texts else joined([])
