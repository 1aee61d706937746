"""Sections on how well models do, what they lean on, and what they cost."""

from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, say
from imgpipe.evaluate.leaderboard import other_rows
from imgpipe.report.markdown.marks import items, plain, table
from imgpipe.report.page.verdicts import p_value, signed
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers, sentences
from imgpipe.report.words.features import feature_name
from imgpipe.report.words.fixed import verdict_name
from imgpipe.report.words.numbers import metric_name, number
from imgpipe.report.words.sentences import with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import Interval, Verdict

_IMPORTANT = 10  # features of a model
_SEEN = 0.0005  # smaller drops are written as 0.000
# what fits a page; leaderboard.csv has all
_COLUMNS = ("auc", "accuracy", "balanced_accuracy", "sensitivity", "specificity", "f1", "brier")


def leaderboard(view: View) -> list[str]:
    """A row a model with intervals, then the rows under other rules, and canaries."""
    keys = [key for key in _COLUMNS if key in view.best.metrics]
    named: list[tuple[str, dict[str, Interval]]] = [(m.name, m.metrics) for m in view.ranked]
    named += [
        (name, dict(found)) for name, found in other_rows(view.comparison.look_alikes).items()
    ]
    named += [(canary.title, canary.metrics) for canary in view.comparison.canaries]
    rows = [
        [name, *(with_interval(found[key]) if key in found else "–" for key in keys)]
        for name, found in named
    ]
    header = [say("Model"), *map(metric_name, keys)]
    shift = sentences.shift([m for m in view.ranked if m.name != "dummy"], "accuracy")
    return [
        table(header, rows, len(keys)),
        plain(say("Brackets hold 95 % intervals.")),
        plain(shift) if shift else "",
    ]


def verdicts(view: View) -> list[str]:
    """A row a pair: the difference, its test, and what follows."""
    pairs = view.comparison.pairs
    if not pairs:
        return []
    place = {model.name: i for i, model in enumerate(view.ranked)}
    known = [pair for pair in pairs if {pair.a, pair.b} <= set(place)]
    ordered = sorted(known, key=lambda pair: sorted((place[pair.a], place[pair.b])))
    header = [
        say("Pair"),
        say("Verdict"),
        say("Difference of the {metric}", metric=metric_name(pairs[0].metric)),
        say("p"),
        say("p after Holm"),
    ]
    tests = dict.fromkeys(pair.method for pair in pairs if pair.method != "none")
    return [
        table(header, [_pair(pair, place) for pair in ordered], 3),
        items(say("Test: {method}", method=method) for method in tests),
    ]


def _pair(pair: "Verdict", place: dict[str, int]) -> list[str]:
    """The model that stands higher on the leaderboard comes first."""
    sign = 1.0 if place[pair.a] < place[pair.b] else -1.0
    first, second = (pair.a, pair.b) if sign > 0 else (pair.b, pair.a)
    difference = signed(sign * pair.difference)
    low, high = (signed(end) for end in sorted((sign * pair.low, sign * pair.high)))
    if "–" not in (low, high):
        ends = say("{low} to {high}", low=low, high=high)
        difference = say("{value} ({ends})", value=difference, ends=ends)
    better = say("{model} is better", model=pair.better) if pair.better else None
    return [
        say("{a} less {b}", a=first, b=second),
        better or verdict_name(pair.verdict),
        difference,
        p_value(pair.p_value),
        p_value(pair.p_holm),
    ]


def learning(view: View) -> list[str]:
    """The AUC at each number of patients."""
    found = view.comparison.learning
    if found is None:
        return []
    sizes = sorted({n for curve in found.curves for n in curve.patients})
    units = {"patients": say("Training patients"), "images": say("Training images")}
    rows: list[list[object]] = []
    for n in sizes:
        at = [dict(zip(curve.patients, curve.auc, strict=True)).get(n) for curve in found.curves]
        rows.append([f"{n:,}", *("–" if auc is None else with_interval(auc) for auc in at)])
    header: list[object] = [units.get(found.unit, Text(found.unit))]
    header += [curve.name for curve in found.curves]
    return [plain(found.statement), table(header, rows, len(header))]


def costs(view: View) -> list[str]:
    """What each model costs to fit and to run."""
    keys = list(dict.fromkeys(key for model in view.ranked for key in model.cost))
    if not keys:
        return []
    header = [say("Model"), *(numbers.cost(key, None)[0] for key in keys)]
    rows = [
        [model.name, *(numbers.cost(key, model.cost.get(key))[1] for key in keys)]
        for model in view.ranked
    ]
    return [table(header, rows, len(keys))]


def subgroups(view: View) -> list[str]:
    """A table a column of the manifest."""
    groups = view.comparison.subgroups
    blocks = []
    for column in dict.fromkeys(group.column for group in groups):
        header: list[object] = [column, say("Images"), say("Patients")]
        header += [say("{metric} of {model}", metric=metric_name(view.metric), model=m.name)
                   for m in view.ranked]  # fmt: skip
        rows = []
        for group in groups:
            if group.column != column:
                continue
            scores = [group.metrics.get(m.name, {}).get(view.metric) for m in view.ranked]
            shown = ["–" if s is None else with_interval(s) for s in scores]
            patients = "–" if group.patients is None else f"{group.patients:,}"
            rows.append([group.name, f"{group.images:,}", patients, *shown])
        blocks.append(table(header, rows, len(header) - 1))
    return blocks


def features(view: View) -> list[str]:
    """What each model leans on most."""
    blocks = []
    for model in view.ranked:
        moved = [f for f in model.importances if abs(f.value) >= _SEEN]
        top = sorted(moved, key=lambda feature: -feature.value)[:_IMPORTANT]
        rows = [
            [feature_name(f.feature), number(f.value), f"{number(f.low)}–{number(f.high)}"]
            for f in top
        ]
        if rows:
            drop = say("Drop of the AUC when it is shuffled")
            header = [say("Feature of {model}", model=model.name), drop, say("Range")]
            blocks.append(table(header, rows, 2))
    return blocks
