"""What the page on one prediction shows, ready for its template."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common.texts import Text, counted, from_parts, joined, say
from imgpipe.images.picture import data_uri
from imgpipe.report.page.pictures import overlay
from imgpipe.report.patient import charts, near, words
from imgpipe.report.patient.figures import chance, change, ends, share
from imgpipe.report.words.fixed import region_name, rule_name
from imgpipe.report.words.model_card import card_rows
from imgpipe.report.words.sentences import capital, sentence

if TYPE_CHECKING:
    from imgpipe.bundle import Explained
    from imgpipe.bundle.evidence import Evidence
    from imgpipe.evaluate.results.explained import Reason

_REASONS = 7  # that are shown at most
_ANYWAY = 5  # that are shown whatever they change
_LEAST = 0.0005
_CLASSES = 6  # whose probabilities are drawn


def content_of(told: "Explained") -> dict[str, Any]:
    """Lay out everything that the page shows."""
    compared = _compared(told)
    shown, left = _told_of(told.reasons)
    return {
        "title": words.title(told),
        "headline": words.headline(told),
        "facts_line": facts_line(told),
        "warnings": warnings_of(told),
        "picture": picture_of(told),
        "scales": _scales(told),
        "reliability": [*words.reliability(told), *words.likeness(told)],
        "thresholds": thresholds(told.evidence),
        "set": None if told.evidence is None or told.evidence.set is None
        else words.class_set(told.evidence.set),
        "near": _near(told),
        "reasons": [_reason(one, told, compared, shown) for one in shown],
        "compared": list(zip(compared, _COLOURS, strict=False)),
        "left_out": left,
        "maps": [_map(told, name, values) for name, values in told.maps],
        "card": card_rows(told.card),
        "statement": statement(told),
        "found": found_of(told),
        "limits": words.limits(told),
        "predicted": told.predicted,
    }  # fmt: skip


_COLOURS = (charts.FOR, charts.AGAINST)


def facts_line(told: "Explained") -> list[Text]:
    """Say in short which image it is, and by which model."""
    size = " x ".join(map(str, reversed(told.shape)))
    facts = [Text(told.id), say("{size} pixels", size=size)]
    if told.spacing is not None:
        spacing = " x ".join(f"{each:.3g}" for each in reversed(told.spacing))
        facts.append(say("{spacing} mm", spacing=spacing))
    if told.region != "image":
        facts.append(say("looked at: {region}", region=region_name(told.region)))
    if "model" in told.card:
        facts.append(say("model: {name}", name=told.card["model"]))
    return facts


def warnings_of(told: "Explained") -> list[Text | str]:
    """List what a reader must know before anything else."""
    found: list[Text | str | None] = [words.copied(told), words.unlike(told)]
    if told.neighbours is not None and told.neighbours.unlike:
        found.append(near.resemblance(told.neighbours)[0])
    found += list(told.warnings)
    run = told.card.get("run")
    if run is not None:
        found += [
            say("In the run: {message}.", message=restored(run, f"/findings/{i}/message"))
            for i, finding in enumerate(run["findings"])
            if finding["severity"] == "error"
        ]
    return [text for text in found if text]


def picture_of(told: "Explained") -> dict[str, Any]:
    """Give the image with what is said of it."""
    masked = told.region != "image"
    return {
        "uri": data_uri(told.picture),
        "small": max(told.picture.shape[:2]) < 200,
        "caption": say("The outline is the mask; the model looks inside.") if masked else None,
    }


def _scales(told: "Explained") -> list[dict[str, Any]]:
    """Draw the probability of the positive class, or of each class."""
    evidence = told.evidence
    bin = None if evidence is None else evidence.bin
    limits = () if evidence is None else evidence.thresholds
    shades = dict(zip(_compared(told), _COLOURS, strict=False))
    if told.positive_class is not None:
        name = told.positive_class
        other = next(each for each in told.probabilities if each != name)
        drawn = charts.scale(
            name, told.probabilities[name], (shades[name], shades[other]), bin, limits, used=0.5
        )
        return [{"ends": [_end(told, each, shades) for each in (name, other)], "svg": drawn}]
    ranked = sorted(told.probabilities.items(), key=lambda item: -item[1])[:_CLASSES]
    scales = []
    for name, p in ranked:
        own = bin if bin is not None and bin.name == name else None
        marks = limits if name == told.predicted else ()
        colours = shades.get(name, charts.OTHER), "var(--grid)"
        drawn = charts.scale(name, p, colours, own, marks)
        scales.append({"ends": [_end(told, name, shades)], "svg": drawn})
    return scales


def _end(told: "Explained", name: str, shades: Mapping[str, str]) -> dict[str, str]:
    """Name a class with its probability, in its colour."""
    colour = shades.get(name, charts.OTHER)
    return {"name": name, "p": chance(told.probabilities[name]), "colour": colour}


def thresholds(evidence: "Evidence | None") -> list[tuple[Any, ...]]:
    """Rows of the table of thresholds: rule, threshold, whether reached, what it does held out."""
    if evidence is None:
        return []
    return [
        (
            capital(rule_name(one.rule)),
            chance(one.value),
            say("reached") if one.reached else say("not reached"),
            *_shares(one.sensitivity),
            *_shares(one.specificity),
        )
        for one in evidence.thresholds
    ]


def _shares(found: Mapping[str, Any]) -> tuple[str, str]:
    """Write a share, and its interval."""
    return share(found["value"]), ends(found["low"], found["high"])


def _near(told: "Explained") -> dict[str, Any]:
    """Show the nearest training images."""
    said = near.nearest(told)
    cases = [
        {
            "id": case.id,
            "label": case.label,
            "same": case.label == told.predicted,
            "distance": f"{case.distance:.2f}",
            "uri": None if case.picture is None else data_uri(case.picture),
        }
        for case in (told.neighbours.cases if told.neighbours else ())
    ]
    return {"cases": cases, "said": said, "text": joined(said)}


def _compared(told: "Explained") -> list[str]:
    """Name the predicted class, and the next likely one."""
    ranked = sorted(told.probabilities, key=lambda name: -told.probabilities[name])
    return [told.predicted, *[name for name in ranked if name != told.predicted]][:2]


def _told_of(reasons: Sequence["Reason"]) -> "tuple[list[Reason], Text | None]":
    """Choose the reasons that are shown; say what the others change at most."""
    telling = sum(abs(one.change) >= _LEAST for one in reasons)
    count = min(_REASONS, max(_ANYWAY, telling))
    shown, left = list(reasons[:count]), reasons[count:]
    if not left:
        return shown, None
    return shown, counted(
        len(left),
        "{n} other group of features changes the probability by {most} at most.",
        "{n} other groups of features change the probability by {most} at most, each alone.",
        most=change(max(abs(one.change) for one in left)).lstrip("+"),
    )


def _reason(
    one: "Reason", told: "Explained", compared: Sequence[str], shown: "Sequence[Reason]"
) -> dict[str, Any]:
    """Lay out one row of what speaks for and against."""
    usual = words.usual_ranges(one, compared)
    drawn = None
    if one.value is not None and one.span is not None:
        drawn = charts.strip(one.value, usual, one.span, _COLOURS)
    return {
        "name": words.name_of(one),
        "value": words.value_of(one),
        "change": change(one.change),
        "words": words.in_words(one, told, compared),
        "strip": drawn,
        "bar": charts.effect(one.change, max(abs(each.change) for each in shown)),
    }


def _map(told: "Explained", name: str, values: np.ndarray) -> dict[str, Any]:
    title = say("What hiding a patch takes away") if name == "occlusion" else say("Grad-CAM")
    return {"title": title, "uri": overlay(told.picture, values)}


def restored(run: Mapping[str, Any], place: str) -> Text:
    """Give a text of the run with its template, where that is kept."""
    parts = run.get("wording", {}).get(place)
    if parts is not None:
        return from_parts(parts)
    value: Any = run
    for key in place.split("/")[1:]:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return Text(value)


def statement(told: "Explained") -> Text | None:
    """Say how the model was judged."""
    run = told.card.get("run")
    if run is None:
        return None
    return words.of_model(restored(run, "/protocol/statement"), told.card.get("model"))


def found_of(told: "Explained") -> list[str]:
    """List what checks found in the run, errors and warnings."""
    run = told.card.get("run")
    if run is None:
        return []
    return [
        sentence(restored(run, f"/findings/{i}/message"))
        for i, each in enumerate(run["findings"])
        if each["severity"] != "note"
    ]
