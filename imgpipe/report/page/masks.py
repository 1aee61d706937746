"""What the page of measured masks shows: summary, spread, worst pairs, what was not measured."""

import math
import os
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, counted, say
from imgpipe.report.charts.distributions import Ridge, ridge_chart
from imgpipe.report.charts.outlines import outline
from imgpipe.report.languages import tell
from imgpipe.report.page.pictures import light_uri
from imgpipe.report.words.masks import MEASURES, measure_name, not_paired
from imgpipe.report.words.numbers import figure, number
from imgpipe.tables.mask_pairs.summaries import HIGH

if TYPE_CHECKING:
    from imgpipe.tables import MaskRow, MaskScores, MaskSummary, WorstPair
    from imgpipe.tables.mask_pairs.summaries import Spread

_RIDGES = 8  # labels in one chart
_TOLD = 8  # labels in the headline
_NOTES = 12  # warnings and errors that are not folded
_SECOND = {False: "hausdorff_95", True: "f1"}


def content(scores: "MaskScores") -> dict[str, Any]:
    """Everything that the template needs."""
    summary = scores.summary()
    units, short = scores.units(), _shorter(scores)
    parts = [list(group) for _, group in groupby(summary, key=lambda each: (each.label, each.iou))]
    return {
        "headline": _headline(scores, parts),
        "facts_line": _facts(scores, parts),
        "groups": [_group(part, units, len(parts) > 1, short) for part in parts],
        "charts": _charts(scores, units),
        "undefined": _undefined(summary),
        "worst": [_worst(pair, scores, short) for pair in scores.worst],
        "sliced": any(pair.slice is not None for pair in scores.worst),
        "warnings": _folded(scores.warnings),
        "unpaired": not_paired(scores),
        "errors": _folded(scores.unusable),
        "methods": _methods(scores),
    }


def _headline(scores: "MaskScores", parts: Sequence[list["MaskSummary"]]) -> Text:
    first = [each for part in parts for each in part if each.measure == scores.first]
    name = MEASURES[scores.first]
    if not first:
        return say("No pair could be measured.")
    if len(first) > _TOLD:
        least = min(first, key=lambda each: each.mean)
        return say(
            "{measure}: {mean} as mean of {n} labels, least {worst} for {part}.",
            measure=name,
            mean=number(sum(each.mean for each in first) / len(first)),
            n=len(first),
            worst=number(least.mean),
            part=_key(least),
        )
    if len(first) > 1:
        told = [
            say("{value} for {part}", value=number(each.mean), part=_key(each)) for each in first
        ]
        return say("{measure}, mean of all pairs: {values:,}.", measure=name, values=told)
    (only,) = first
    return say(
        "{measure}: mean {mean}, median {median}, worst {worst}.",
        measure=name,
        mean=number(only.mean),
        median=number(only.median),
        worst=number(only.worst),
    )


def _facts(scores: "MaskScores", parts: Sequence[list["MaskSummary"]]) -> list[Text]:
    facts = [counted(scores.pairs, "{n} pair", "{n} pairs")]
    if not scores.objects and len(parts) > 1:
        facts.append(counted(len(parts), "{n} label", "{n} labels"))
    failed = len(scores.errors)
    if failed:
        facts.append(counted(failed, "{n} mask not measured", "{n} masks not measured"))
    return facts


def _shorter(scores: "MaskScores") -> dict[str, str]:
    """Names of pairs without the folders that all of them lie in."""
    ids = sorted({row.id for row in scores.rows if row.values})
    folders = {os.path.dirname(each) for each in ids}
    # paths of one kind only have a common one
    common = os.path.commonpath(folders) if len({os.path.isabs(f) for f in folders}) == 1 else ""
    return {each: os.path.relpath(each, common) if common else each for each in ids}


def _key(each: "MaskSummary | MaskRow | Spread") -> Text:
    if each.iou is not None:
        return say("overlap above {iou:g}", iou=each.iou)
    return say("label {label:d}", label=each.label or 0)


def _group(
    part: Sequence["MaskSummary"], units: Any, several: bool, short: dict[str, str]
) -> dict[str, Any]:
    """Rows of the summary for one label, or one threshold."""
    rows = [
        {
            "name": measure_name(each.measure, units),
            "cells": [_value(each.measure, v) for v in (each.mean, each.median, each.worst)],
            "id": short.get(each.worst_id, each.worst_id),
        }
        for each in part
    ]
    return {"title": _key(part[0]) if several or part[0].iou is not None else "", "rows": rows}


def _value(measure: str, value: float) -> str:
    """Write shares with three digits behind the point, lengths with three that count."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if math.isnan(value):
        return "–"
    return number(value) if measure in HIGH or measure.startswith("relative") else figure(value)


def _charts(scores: "MaskScores", units: Any) -> list[dict[str, Any]]:
    """How two measures spread over the pairs."""
    charts = []
    for measure in (scores.first, _SECOND[scores.objects]):
        spreads = [each for each in scores.spreads(measure) if each.n][:_RIDGES]
        if not spreads:
            continue
        title = measure_name(measure, units)
        several = len(scores.spreads(measure)) > 1 or scores.objects
        ridges = [
            Ridge(tell(_key(each)) if several else tell(title), each.n, each.shares,
                  each.quantiles)
            for each in spreads
        ]  # fmt: skip
        low, high = spreads[0].low, spreads[0].high
        svg = ridge_chart(tell(title), ridges, low, high, "")
        charts.append({"title": title, "svg": Markup(svg)})  # of our own making
    return charts


def _undefined(summary: Sequence["MaskSummary"]) -> Text | str:
    n = sum(each.undefined for each in summary if each.measure == "hausdorff")
    if not n:
        return ""
    return counted(
        n,
        "{n} row has no finite distance, since its mask or its reference is empty; it is left out "
        "of the means of distances, and counts in their medians.",
        "{n} rows have no finite distance, since the mask or the reference is empty; they are left "
        "out of the means of distances, and count in their medians.",
    )


def _worst(pair: "WorstPair", scores: "MaskScores", short: dict[str, str]) -> dict[str, Any]:
    """One picture: the outlines of mask and reference over the image, where there is one."""
    h, w = pair.reference.shape
    row = pair.row
    shown = (scores.first, "panoptic_quality" if scores.objects else "surface_distance")
    told = [
        say("{measure} {value}", measure=MEASURES[m], value=_value(m, row.values[m])) for m in shown
    ]
    several = len({(r.label, r.iou) for r in scores.rows if r.values}) > 1
    return {
        "id": short.get(row.id, row.id),
        "src": None if pair.picture is None else light_uri(pair.picture),
        "mask": outline(pair.mask),
        "reference": outline(pair.reference),
        "height": h,
        "width": w,
        "ratio": f"{w * pair.aspect:.4g} / {h}",
        "values": told,
        "part": _key(row) if several else "",
        "slice": None if pair.slice is None else say("slice {n:d}", n=pair.slice),
        "empty": _empty(pair),
    }


def _empty(pair: "WorstPair") -> Text | str:
    if pair.mask.any() and pair.reference.any():
        return ""
    return say("the reference is empty here") if pair.mask.any() else say("the mask is empty here")


def _folded(texts: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"first": texts[:_NOTES], "rest": texts[_NOTES:]}


def _methods(scores: "MaskScores") -> list[Text]:
    """How measures are meant, where two programs could differ."""
    if scores.objects:
        return [
            say("An object is found where it overlaps one of the reference: intersection over "
                "union above the threshold; each has one partner at most."),
            say("Average precision is TP / (TP + FP + FN), panoptic quality the mean overlap of "
                "found objects times F1. Means are over images."),
        ]  # fmt: skip
    return [
        say("Two empty masks have a Dice of 1 and a distance of 0; one that is empty beside one "
            "that is not, 0 and infinity."),
        say("Surfaces are pixels inside with a face neighbour outside. The Hausdorff distance is "
            "that of all pixels inside; at 95 % it is the larger one of the 95th percentiles of "
            "both directions between surfaces."),
        say("Volumes of images of two axes are areas; differences are mask less reference."),
    ]  # fmt: skip
