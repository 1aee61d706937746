"""Sections on probabilities, thresholds, sets of classes and who is taken for whom."""

from typing import TYPE_CHECKING

from imgpipe._common.palette import DUMMY
from imgpipe._common.texts import counted, say
from imgpipe.report.markdown.marks import heading, items, plain, table
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions
from imgpipe.report.words.fixed import chosen_on_name, rule_name
from imgpipe.report.words.numbers import number
from imgpipe.report.words.sentences import with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate.results import OperatingPoint, Operation

_MATRICES = 12  # classes of a matrix that a page holds
_CLASSES = 8  # that have a part or a column of their own
_MODELS = 4  # whose matrices are written


def calibration(view: View) -> list[str]:
    """Brier score and calibration error, and what would be chance."""
    judged = [(m.name, m.calibration) for m in view.ranked if m.calibration is not None]
    if not judged:
        return []
    header = [
        say("Model"),
        say("Brier score"),
        say("Calibration error"),
        say("of true probabilities, in the mean"),
        say("and at most, 95 % of the time"),
    ]
    rows = [
        [
            name,
            with_interval(found.brier),
            with_interval(found.ece),
            number(found.ece_by_chance),
            number(found.ece_chance_limit),
        ]
        for name, found in judged
    ]
    told = [text for model in view.ranked for text in decisions.calibrated(model)]
    return [table(header, rows, 4), items(told)]


def operating_points(view: View) -> list[str]:
    """For the positive class, or each class against the rest: thresholds and what they do."""
    blocks: list[str] = []
    classes = list(dict.fromkeys(one.name for model in view.ranked for one in model.operation))
    for name in classes[:_CLASSES]:
        found = [(m.name, one) for m in view.ranked for one in m.operation if one.name == name]
        first = found[0][1]
        blocks += [
            heading(3, name),
            plain(
                say(
                    "{positives} of {n} held-out images, a prevalence of {prevalence}.",
                    positives=first.positives,
                    n=first.n,
                    prevalence=number(first.prevalence),
                )
            ),
        ]
        rows = [
            [model, rule_name(point.rule), _chosen_on(point, one), *_point(point)]
            for model, one in found
            if model != DUMMY
            for point in one.points
        ]
        header = [
            say("Model"),
            say("Rule"),
            say("Chosen on"),
            say("Threshold"),
            say("Sensitivity"),
            say("Specificity"),
            say("PPV"),
            say("NPV"),
            say("Net benefit"),
        ]
        blocks.append(table(header, rows, 6))
        blocks.append(items(text for model, one in found for text in decisions.missed(model, one)))
    more = len(classes) - _CLASSES
    if more > 0:
        blocks.append(plain(counted(more, "and {n} more class", "and {n} more classes")))
    return blocks


def _chosen_on(point: "OperatingPoint", one: "Operation") -> str:
    """Name what a threshold was chosen on; what a model calls by itself was not chosen."""
    return chosen_on_name(None if point.rule == "highest probability" else one.chosen_on)


def _point(point: "OperatingPoint") -> list[str]:
    measures = (point.sensitivity, point.specificity, point.ppv, point.npv, point.net_benefit)
    return [_threshold(point.thresholds), *map(with_interval, measures)]


def _threshold(thresholds: tuple[float, ...]) -> str:
    """One number, or the range over folds."""
    if not thresholds:
        return "–"
    low, high = number(min(thresholds)), number(max(thresholds))
    return low if low == high else f"{low}–{high}"


def conformal(view: View) -> list[str]:
    """How often sets held the true class, and how large they are."""
    found = [(m.name, m.conformal) for m in view.ranked if m.conformal is not None]
    if not found:
        return []
    first = found[0][1]
    classes = list(first.by_class) if len(first.by_class) <= _CLASSES else []
    header = [
        say("Model"),
        say("Coverage"),
        *(say("Coverage of {name}", name=name) for name in classes),
        say("Mean size of a set"),
    ]
    rows = [
        [
            name,
            with_interval(sets.coverage),
            *(with_interval(sets.by_class[each]) for each in classes if each in sets.by_class),
            with_interval(sets.mean_size),
        ]
        for name, sets in found
    ]
    lead = say("Sets that should hold the true class with probability {p:g}.", p=first.level)
    return [plain(lead), table(header, rows, len(header) - 1)]


def confusion(view: View) -> list[str]:
    """A matrix for each of the best models; none where there are too many classes."""
    classes = view.comparison.dataset.classes
    if len(classes) > _MATRICES:
        return []
    blocks: list[str] = []
    for model in [m for m in view.ranked if m.name != DUMMY][:_MODELS]:
        rows = [
            [name, *(f"{int(n):,}" for n in counts), f"{int(counts.sum()):,}"]
            for name, counts in zip(classes, model.confusion, strict=True)
        ]
        header = [say("true class, below: what {model} called it", model=model.name), *classes]
        blocks.append(table([*header, say("all")], rows, len(classes) + 1))
    return blocks
