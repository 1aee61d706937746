"""All models against all, as a matrix of differences."""

from collections.abc import Sequence
from typing import Any

from imgpipe._common.texts import say
from imgpipe.report.words import numbers
from imgpipe.report.words.fixed import verdict_name


def matrix(names: Sequence[str], turned: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Differences of the row's model less the column's, marked by what the tests say.

    Parameters
    ----------
    names : sequence of str
        Models from best to worst.
    turned : sequence of dict
        Pairs, as `verdicts.turn` gives them.
    """
    by_pair = {(each["first"], each["second"]): each for each in turned}
    rows = []
    for a in names:
        cells = []
        for b in names:
            if (a, b) in by_pair:
                cells.append(_cell(a, b, by_pair[a, b], 1.0))
            elif (b, a) in by_pair:
                cells.append(_cell(a, b, by_pair[b, a], -1.0))
            else:
                cells.append({"kind": "self", "value": "", "hint": ""})
        rows.append({"name": a, "cells": cells})
    return {"names": list(names), "rows": rows, "many": len(names) > 6}


def _cell(a: str, b: str, each: dict[str, Any], sign: float) -> dict[str, Any]:
    """One difference with its hint; better and worse are told by a sign and by colour."""
    pair, bar = each["pair"], each["bar"]
    value = "–" if bar is None else numbers.number(sign * bar.value)
    value = value if value == "–" or value.startswith("−") else f"+{value}"
    kind = "none"
    if pair.verdict == "better":
        kind = "better" if pair.better == a else "worse"
    elif pair.verdict.startswith("equivalent"):
        kind = "equal"
    verdict = verdict_name(pair.verdict)
    if kind in ("better", "worse"):
        verdict = say("{model} is better", model=pair.better)
    hint = say("{first} less {second}: {value}, {verdict}", first=a, second=b, value=value,
               verdict=verdict)  # fmt: skip
    return {"kind": kind, "value": value, "hint": hint}
