"""What a run can say of its models and their scores; None where it knows nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, joined, say
from imgpipe.report.words.guidelines.of_data import PREVIOUS, sites
from imgpipe.report.words.sentences import not_done, with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def _building(run: "Comparison") -> Text | None:
    if run.protocol.kind == PREVIOUS:
        return None
    names = [model.name for model in run.models]
    tuned = say("Settings were searched on the grid that stands in the section Protocol.")
    fixed = say("Nothing was tuned.")
    return joined([say("Models: {models}.", models=names), tuned if run.protocol.tuned else fixed])


def _measures(run: "Comparison") -> Text:
    return joined(
        [
            say("AUC, accuracy, sensitivity and the like, with 95 % intervals."),
            say("Calibration and decision curves.")
            if any(model.calibration is not None for model in run.models)
            else "",
            say("Pairs of models were tested.") if run.pairs else "",
        ]
    )


def _updating(run: "Comparison") -> Text:
    return say("No model was recalibrated or otherwise updated on held-out images.")


def _predictions(run: "Comparison") -> Text:
    version = run.run.versions.get("imgpipe", "?")
    return say("By the fitted models themselves, with imgpipe {version}.", version=version)


def _subgroups(run: "Comparison") -> Text | None:
    columns = list(dict.fromkeys(group.column for group in run.subgroups))
    if not columns:
        return None
    return say("Scores by {columns} stand in the section Subgroups; no tests.", columns=columns)


def _output(run: "Comparison") -> Text:
    chosen = any(operation.chosen_on for model in run.models for operation in model.operation)
    return joined(
        [
            say("A probability for each class, and the class that the model calls."),
            say("Other thresholds were chosen without held-out images (Operating points).")
            if chosen
            else "",
        ]
    )


def _software(run: "Comparison") -> Text:
    versions = [f"{name} {number}" for name, number in sorted(run.run.versions.items())]
    return joined(
        [
            say("{versions}.", versions=versions),
            say("The command stands in the section Run.") if run.run.command else "",
        ]
    )


def _performance(run: "Comparison") -> Text | None:
    texts = [
        say("{model}: AUC {auc}.", model=model.name, auc=with_interval(model.metrics["auc"]))
        for model in run.models
        if model.metrics["auc"].value == model.metrics["auc"].value  # NaN where there is none
    ]
    return joined(texts) if texts else None


def _spread(run: "Comparison") -> Text | None:
    return sites(run) if run.protocol.held_out and "=" not in run.protocol.held_out else None


def _limits(run: "Comparison") -> Text | None:
    n = len(not_done(run))
    text = counted(
        n,
        "The section What was not done has {n} point.",
        "The section What was not done has {n} points.",
    )
    return text if n else None


def _seed(run: "Comparison") -> Text:
    n, seed = run.run.seeds, run.run.seed
    if n == 1:
        return say("Random numbers start from seed {seed}.", seed=seed)
    return say("Random numbers start from {n} seeds, {seed} and those after it.", n=n, seed=seed)


def _choice(run: "Comparison") -> Text:
    return say("None was chosen by this run: every model compared is reported.")


def _uncertainty(run: "Comparison") -> Text:
    return say("The section Statistics lists every interval and test, with what it assumes.")


def _robustness(run: "Comparison") -> Text | None:
    found = run.look_alikes
    others = found is not None and (found.without is not None or found.as_drawn is not None)
    texts = [
        say("Scores without look-alikes, or with them torn apart, stand in the leaderboard.")
        if others
        else "",
        say("Canaries stand below the leaderboard.") if run.canaries else "",
    ]
    return joined(texts) if any(texts) else None


def _explanations(run: "Comparison") -> Text | None:
    maps = any(mistake.maps for model in run.models for mistake in model.mistakes)
    texts = [
        say("Permutation importance of features.")
        if any(model.importances for model in run.models)
        else "",
        say("Maps under the worst mistakes; they were not validated.") if maps else "",
    ]
    return joined(texts) if any(texts) else None


def _internal(run: "Comparison") -> Text | None:
    if run.protocol.kind not in ("cross-validation", "given split") or run.protocol.held_out:
        return None
    return say("Judged on held-out images of the same data set.")


def _external(run: "Comparison") -> Text | None:
    if run.protocol.kind == PREVIOUS:
        return None
    return sites(run) or say("None was judged in this run.")


def _failures(run: "Comparison") -> Text:
    return say("Confusion matrices, and the surest mistakes of each model, stand on this page.")


def _protocol(run: "Comparison") -> Text:
    return say("Sections Protocol and Run; settings are kept with the result.")


ANSWERS: dict[str, Callable[["Comparison"], Text | None]] = {
    "building": _building,
    "choice": _choice,
    "explanations": _explanations,
    "external": _external,
    "failures": _failures,
    "internal": _internal,
    "limits": _limits,
    "measures": _measures,
    "output": _output,
    "performance": _performance,
    "predictions": _predictions,
    "protocol": _protocol,
    "robustness": _robustness,
    "seed": _seed,
    "software": _software,
    "spread": _spread,
    "subgroups": _subgroups,
    "uncertainty": _uncertainty,
    "updating": _updating,
}
