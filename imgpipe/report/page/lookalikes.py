"""Images that are equal or nearly so: pictures of their groups, and what scores lose by them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import counted
from imgpipe.report.page.looks import Looks
from imgpipe.report.page.pictures import data_uri
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers
from imgpipe.report.words.sentences import with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, LookAlikesFound, ModelResult, OtherScores

_DONE = {
    "group": "In cross-validation, look-alikes stay on one side of each fold.",
    "drop": "Of each group one image was kept, and none where labels contradict one another.",
    "keep": "Nothing was done about look-alikes.",
}


def told(comparison: "Comparison", best: "ModelResult", metric: str) -> list[str]:
    """Say below the headline what the best model scores under the other rule."""
    found = comparison.look_alikes
    others = [] if found is None else [o for o in (found.without, found.as_drawn) if o is not None]
    return [
        f"{other.statement}: {other.title}, {best.name} has {numbers.metric_name(metric)} "
        f"{with_interval(other.scores[best.name][metric])}."
        for other in others
        if best.name in other.scores
    ]


def rows(
    comparison: "Comparison", ranked: Sequence["ModelResult"], looks: Looks, keys: Sequence[str]
) -> list[dict[str, Any]]:
    """Second rows of the leaderboard."""
    found = comparison.look_alikes
    others = [] if found is None else [o for o in (found.without, found.as_drawn) if o is not None]
    return [_row(model, other, looks, keys) for other in others for model in ranked
            if model.name in other.scores]  # fmt: skip


def _row(
    model: "ModelResult", other: "OtherScores", looks: Looks, keys: Sequence[str]
) -> dict[str, Any]:
    metrics = other.scores[model.name]
    cells = [cell(metrics[key]) if key in metrics else {"value": "–"} for key in keys]
    return {"name": f"{model.name}, {other.title}", **looks[model.name], "cells": cells}


def section(view: View) -> dict[str, Any] | None:
    """Groups with pictures, those with two labels first, then those in two places."""
    found = view.comparison.look_alikes
    if found is None or not found.groups:
        return None
    return {
        "lead": _lead(found),
        "groups": [
            {
                "title": ", ".join(
                    [
                        counted(group.images, "{n} image", "{n} images"),
                        *([] if group.sure else ["maybe only much alike"]),
                        *(["different labels"] if group.torn else []),
                        *(["on both sides"] if group.across else []),
                    ]
                ),
                "bad": group.sure and (group.torn or group.across),
                "items": [
                    {
                        "id": group.ids[k],
                        "label": group.labels[k],
                        "place": group.places[k] or "",
                        "src": data_uri(group.pictures[k]) if group.pictures else None,
                    }
                    for k in range(len(group.ids))
                ],
            }
            for group in found.shown
        ],
        "more": found.groups - len(found.shown),
    }


def _lead(found: "LookAlikesFound") -> str:
    text = (
        f"{counted(found.images, '{n} image', '{n} images')} in "
        f"{counted(found.groups, '{n} group', '{n} groups')} are "
        "equal or nearly so, though they may be shifted, cropped, mirrored, turned, or compressed "
        f"anew: {found.torn:,} of the groups have different labels, {found.across:,} stand in "
        "several parts or folds. "
    )
    if found.maybe:
        text += (
            f"In {found.maybe:,} of the groups the images may only be much alike, as "
            "small X-rays of one view are. "
        )
    return f"{text}{_DONE[found.handling]} All pairs stand in duplicates.csv."
