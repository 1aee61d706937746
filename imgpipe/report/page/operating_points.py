"""What models are worth as decisions: what their curves reach, and thresholds chosen beforehand."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, say
from imgpipe.report.page import classes
from imgpipe.report.page.looks import entry
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.threshold import told
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions
from imgpipe.report.words.fixed import chosen_on_name, rule_name

if TYPE_CHECKING:
    from imgpipe.evaluate.results import OperatingPoint, Operation

_MEASURES = ("sensitivity", "specificity", "ppv", "npv", "net_benefit")


def section(view: View) -> dict[str, Any] | None:
    """One part for the positive class, or for each class against the rest."""
    known = {one.name for m in view.ranked for one in m.operation}
    parts = [_part(name, view) for name in classes.shown(view) if name in known]
    if not parts:
        return None
    return {"parts": parts, "chosen": any(part["chosen"] for part in parts)}


def _part(name: str, view: View) -> dict[str, Any]:
    found = [(m, one) for m in view.ranked for one in m.operation if one.name == name]
    looks, (_, first) = view.looks, found[0]
    return {
        "name": name,
        "on_curve": [say("Average precision"), *map(rule_name, first.on_curve)],
        "reached": [
            entry(m, looks, cells=[cell(one.average_precision), *map(cell, one.on_curve.values())])
            for m, one in found
        ],
        "chosen": any(one.chosen_on for _, one in found),
        "points": [entry(m, looks, **_points(one)) for m, one in found],
        "missed": [text for m, one in found for text in decisions.missed(m.name, one)],
    }


def _points(one: "Operation") -> dict[str, Any]:
    """A model's thresholds and what they did."""
    rows = [
        {
            "rule": rule_name(point.rule),
            "where": _where(point, one),
            "threshold": told(point),
            "cells": [cell(getattr(point, measure)) for measure in _MEASURES],
        }
        for point in one.points
    ]
    return {"rows": rows}


def _where(point: "OperatingPoint", one: "Operation") -> Text | None:
    """Say what a threshold was chosen on; what a model calls by itself was not chosen."""
    if one.chosen_on is None:
        return None
    if point.rule == "highest probability":
        return say("by itself, not chosen")
    return say("chosen on the {place}", place=chosen_on_name(one.chosen_on))
