"""Images that are equal or nearly so: pictures of their groups, and what scores lose by them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import Text, counted, joined, say
from imgpipe.report.page.looks import Looks
from imgpipe.report.page.pictures import light_uri
from imgpipe.report.page.score_tables import cell
from imgpipe.report.page.view import View
from imgpipe.report.words import numbers
from imgpipe.report.words.fixed import split_name
from imgpipe.report.words.sentences import with_interval

if TYPE_CHECKING:
    from imgpipe.evaluate import (
        AlikeCount,
        AlikeGroup,
        Comparison,
        DuplicatePair,
        LookAlikesFound,
        ModelResult,
        OtherScores,
    )

_PAIRS = 12  # listed
_UNFOLDED = 6  # groups with two labels or in two places
_KINDS = {
    "equal": say("the same pixels"),
    "near": say("nearly the same"),
    "maybe": say("maybe only much alike"),
    "all": say("all"),
}
_DONE = {
    "drop": say("Of each group one image was kept, and none where labels contradict one another."),
    "keep": say("Nothing was done about look-alikes."),
}


def told(comparison: "Comparison", best: "ModelResult", metric: str) -> list[str]:
    """Say below the headline what the best model scores under the other rule."""
    return [
        say(
            "{statement}: {title}, {model} has {metric} {score}.",
            statement=other.statement,
            title=other.title,
            model=best.name,
            metric=numbers.metric_name(metric),
            score=with_interval(other.scores[best.name][metric]),
        )
        for other in _others(comparison)
        if best.name in other.scores
    ]


def rows(
    comparison: "Comparison", ranked: Sequence["ModelResult"], looks: Looks, keys: Sequence[str]
) -> list[dict[str, Any]]:
    """Second rows of the leaderboard."""
    return [
        _row(model, other, looks, keys)
        for other in _others(comparison)
        for model in ranked
        if model.name in other.scores
    ]


def _others(comparison: "Comparison") -> list["OtherScores"]:
    found = comparison.look_alikes
    pair = () if found is None else (found.without, found.as_drawn)
    return [other for other in pair if other is not None]


def _row(
    model: "ModelResult", other: "OtherScores", looks: Looks, keys: Sequence[str]
) -> dict[str, Any]:
    metrics = other.scores[model.name]
    cells = [cell(metrics[key]) if key in metrics else {"value": "–"} for key in keys]
    name = say("{model}, {title}", model=model.name, title=other.title)
    return {"name": name, **looks[model.name], "cells": cells}


def section(view: View) -> dict[str, Any] | None:
    """Groups with pictures, those with two labels first, then those in two places; pairs."""
    found, card = view.comparison.look_alikes, view.comparison.dataset
    if found is None or not found.groups:
        return None
    pairs = [_pair(pair) for pair in card.duplicates[:_PAIRS]]
    more = len(card.duplicates) - len(pairs)
    groups = [_group(group, place) for place, group in enumerate(found.shown)]
    return {
        "lead": lead(view),
        "counts": counts(view),
        "columns": columns(),
        "groups": groups,
        "folded": not all(group["open"] for group in groups),
        "more": found.groups - len(found.shown),
        "pairs": pairs,
        "n_pairs": counted(len(card.duplicates), "{n} pair", "{n} pairs"),
        "more_pairs": counted(more, "{n} more in {file}.", "{n} more in {file}.", file=_FILE)
        if more
        else "",
    }


_FILE = "duplicates.csv"


def _group(group: "AlikeGroup", place: int) -> dict[str, Any]:
    whole = len(group.pictures) == len(group.ids)  # else some are missing: none is told whose it is
    bad = group.sure and (group.torn or group.across)
    notes = [
        counted(group.images, "{n} image", "{n} images"),
        *([] if group.sure else [say("maybe only much alike")]),
        *([say("different labels")] if group.torn else []),
        *([say("on both sides")] if group.across else []),
    ]
    return {
        "notes": notes,
        "bad": bad,
        "open": bad and place < _UNFOLDED,
        "left": group.images - len(group.ids),
        "items": [
            {
                "id": group.ids[k],
                "doubtful": k < len(group.doubtful) and group.doubtful[k],
                "label": group.labels[k],
                "place": split_name(group.places[k]),
                "src": light_uri(group.pictures[k]) if whole else None,
            }
            for k in range(len(group.ids))
        ],
    }


def _pair(pair: "DuplicatePair") -> dict[str, Any]:
    """Say of two look-alikes where they stand and what they share."""
    kind = "equal" if pair.exact else "near" if pair.sure else "maybe"
    where = dict.fromkeys(split for split in (pair.split_a, pair.split_b) if split)
    same = pair.label_a if pair.same_label else say("different: {labels}", labels=_labels(pair))
    return {
        "a": pair.id_a,
        "b": pair.id_b,
        "where": say("{places}", places=[split_name(split) for split in where]) if where else "",
        "alike": _KINDS[kind],
        "labels": same or say("same"),
        "bad": pair.sure and (pair.split_a != pair.split_b or not pair.same_label),
    }


def _labels(pair: "DuplicatePair") -> list[str]:
    return [pair.label_a, pair.label_b]


def counts(view: View) -> list[list[str]]:
    """A row for each kind of look-alikes: its name, and how many there are."""
    found = view.comparison.look_alikes
    return [
        [_KINDS[row.kind], *(f"{n:,}" for n in _numbers(row))]
        for row in (() if found is None else found.counts)
    ]


def columns() -> list[Text]:
    """Names of what is counted."""
    return [
        say("Alike"),
        say("Pairs"),
        say("Images in these pairs"),
        say("Groups with no surer pair"),
        say("Pairs with different labels"),
        say("Pairs in two parts or folds"),
    ]


def _numbers(row: "AlikeCount") -> tuple[int, ...]:
    return row.pairs, row.images, row.groups, row.torn, row.across


def lead(view: View) -> Text:
    """Say what was found, what is doubtful, and what was done."""
    found, card = view.comparison.look_alikes, view.comparison.dataset
    assert found is not None
    rows = card.region == "table"
    groups = counted(found.groups, "{n} group", "{n} groups")
    maybe = counted(
        found.maybe,
        "In {n} of the groups the images may only be much alike, as small X-rays of one view are.",
        "In {n} of the groups the images may only be much alike, as small X-rays of one view are.",
    )
    return joined(
        [
            _equal_rows(found, groups) if rows else _alike_images(found, groups),
            _alone(found),
            _bad(found),
            maybe if found.maybe else "",
            _DONE.get(found.handling) or _grouped(view),
            _apart(found),
            say("All pairs stand in {file}.", file=_FILE),
        ]
    )


def _alone(found: "LookAlikesFound") -> str:
    """Count the images of pairs that are in no group."""
    more = max((row.images for row in found.counts), default=0) - found.images
    if more <= 0:
        return ""
    return counted(
        more,
        "{n} more resembles too few images of a group to be of it.",
        "{n} more resemble too few images of a group to be of it.",
    )


def _bad(found: "LookAlikesFound") -> Text:
    """Count the groups that harm scores or labels."""
    if not found.torn and not found.across:
        return say(
            "In no group do equal images or sure copies have different labels, or stand in several "
            "parts or folds."
        )
    return say(
        "Equal images or sure copies have different labels in {torn} of the groups, and stand in "
        "several parts or folds in {across}.",
        torn=found.torn,
        across=found.across,
    )


def _grouped(view: View) -> Text:
    """Folds keep groups together where they were drawn here."""
    found = view.comparison.look_alikes
    if view.comparison.protocol.kind != "cross-validation" or found is None or found.across:
        return say("The division was given, and left as it is.")
    return say("In cross-validation, the images of a group stay on one side of each fold.")


def _apart(found: "LookAlikesFound") -> str:
    """Tell of sure copies that groups do not hold together."""
    if not found.apart:
        return ""
    return counted(
        found.apart,
        "{n} pair of sure copies stands in two places all the same, each in a group of its own: "
        "groups become one only where half of the pairs between them are alike, lest a chain of "
        "images tie a whole class together.",
        "{n} pairs of sure copies stand in two places all the same, each image in a group of its "
        "own: groups become one only where half of the pairs between them are alike, lest a chain "
        "of images tie a whole class together.",
    )


def _equal_rows(found: "LookAlikesFound", groups: Text) -> Text:
    n = counted(found.images, "{n} row", "{n} rows")
    return say("{rows} in {groups} are equal.", rows=n, groups=groups)


def _alike_images(found: "LookAlikesFound", groups: Text) -> Text:
    return say(
        "{images} in {groups} are equal or nearly so, though they may be shifted, cropped, "
        "mirrored, turned, or compressed anew.",
        images=counted(found.images, "{n} image", "{n} images"),
        groups=groups,
    )
