"""What a run can say of its data; None where it knows nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, joined, say
from imgpipe.report.words.fixed import kind_name, region_name, split_name
from imgpipe.report.words.sentences import with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison

PREVIOUS = "held-out evaluation"
_MOST = 12  # classes named
_SHIFT = "test or training"  # the canary that tells judged images from training


def _subject(run: "Comparison") -> Text:
    names = [model.name for model in run.models]
    return say("Models: {models}. Told apart: {classes}.", models=names, classes=_classes(run))


def _classes(run: "Comparison") -> list[str]:
    """Their names, or how many there are."""
    names = run.dataset.classes
    many = len(names) > _MOST
    return [counted(len(names), "{n} class", "{n} classes")] if many else list(names)


def _goal(run: "Comparison") -> Text:
    if run.protocol.kind == PREVIOUS:
        return say("Evaluation of models that were fitted before.")
    return say("Models were fitted and evaluated in this run.")


def _source(run: "Comparison") -> Text | None:
    if run.dataset.source is None:
        return None
    return say("{name}, from {source}.", name=run.dataset.name, source=run.dataset.source)


def sites(run: "Comparison") -> Text | None:
    held_out = run.protocol.held_out
    if held_out is None:
        return None
    if "=" in held_out:
        return say("Held out: {column}; trained on all others.", column=held_out)
    return say("Each {column} was held out in turn.", column=held_out)


def _preparation(run: "Comparison") -> Text:
    found = {key: sum(f.severity == key for f in run.findings) for key in ("error", "warning")}
    return joined(
        [
            ""
            if run.dataset.region == "table"
            else say("Models look at: {region}.", region=region_name(run.dataset.region)),
            say(
                "Checks found {errors} and {warnings} (section Checks).",
                errors=counted(found["error"], "{n} error", "{n} errors"),
                warnings=counted(found["warning"], "{n} warning", "{n} warnings"),
            ),
        ]
    )


def _outcome(run: "Comparison") -> Text:
    text = say("Labels: {classes}.", classes=_classes(run))
    positive = run.protocol.positive_class
    if positive is None:
        return text
    return joined([text, say("Positive: {label}.", label=positive)])


def _predictors(run: "Comparison") -> Text | None:
    if run.features is None or not run.features.top:
        return None
    if run.dataset.region == "table":
        return say("Columns of the table that was given; the section Features has the main ones.")
    return say(
        "Numbers measured on the images by imgpipe {version}; those that matter most stand in "
        "the section Features, with unit and IBSI id.",
        version=run.run.versions.get("imgpipe", "?"),
    )


def _sizes(run: "Comparison") -> Text:
    parts = [
        say("{part}: {counts}", part=split_name(part), counts=_counts(of_class))
        for part, of_class in run.dataset.counts.items()
    ]
    patients = run.dataset.patients
    of = counted(patients or 0, "Of {n} patient.", "Of {n} patients.")
    texts = [say("{part}.", part=part) for part in parts]
    return joined([*texts, "" if patients is None else of])


def _counts(of_class: dict[str, int]) -> list[str]:
    if len(of_class) > _MOST:
        return [counted(sum(of_class.values()), "{n} image", "{n} images")]
    return [say("{label} ({n})", label=label, n=n) for label, n in of_class.items()]


def _division(run: "Comparison") -> Text:
    protocol = run.protocol
    if protocol.kind == "cross-validation":
        folds = say("{kind}, {n} folds.", kind=kind_name(protocol.kind), n=protocol.folds)
    else:
        folds = say("{kind}.", kind=kind_name(protocol.kind))
    return joined([folds, say("The section Protocol has it in sentences.")])


def _apart(run: "Comparison") -> Text | None:
    card = run.dataset
    if run.protocol.kind == PREVIOUS:
        return None
    if card.patients is None:
        return say("Images; no patient is named, so that patients could not be kept apart.")
    if card.shared_patients:
        return counted(
            card.shared_patients,
            "{n} patient stands on both sides.",
            "{n} patients stand on both sides.",
        )
    return say("Patients.")


def _selection(run: "Comparison") -> Text | None:
    found = run.look_alikes
    if found is None or not found.left_out:
        return None
    return counted(
        found.left_out,
        "{n} image was left out as a look-alike of another.",
        "{n} images were left out as look-alikes of others.",
    )


def _shift(run: "Comparison") -> Text | None:
    for row in run.canaries:
        if row.name == _SHIFT:
            auc = with_interval(row.metrics["auc"])
            return say("Judged and training images are told apart with an AUC of {auc}.", auc=auc)
    return None


def _characteristics(run: "Comparison") -> Text | None:
    if not run.subgroups:
        return None
    return say("Counts by class of each subgroup stand in the section Subgroups.")


def _parts(run: "Comparison") -> Text | None:
    return say("Classes by part stand in the data card.") if len(run.dataset.counts) > 1 else None


ANSWERS: dict[str, Callable[["Comparison"], Text | None]] = {
    "apart": _apart,
    "characteristics": _characteristics,
    "classes": _sizes,
    "division": _division,
    "flow": _sizes,
    "goal": _goal,
    "outcome": _outcome,
    "parts": _parts,
    "predictors": _predictors,
    "preparation": _preparation,
    "selection": _selection,
    "shift": _shift,
    "sites": sites,
    "sizes": _sizes,
    "source": _source,
    "subject": _subject,
}
