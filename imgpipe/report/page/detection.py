"""What the page of a detector shows: FROC, misses, false alarms, images, and how it was judged."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from imgpipe._common.texts import Text, counted, say
from imgpipe.report.charts.froc import Rate, froc_chart, rate_name
from imgpipe.report.languages import tell
from imgpipe.report.page.pictures import light_uri
from imgpipe.report.words.numbers import duration, figure, number
from imgpipe.report.words.sentences import sentence

if TYPE_CHECKING:
    from imgpipe.detect import DetectionPicture, DetectionRun, Froc, HeldOut

_SMALL = 48  # pixels of a picture that is enlarged with hard edges


def content(run: "DetectionRun", command: str | None) -> dict[str, Any]:
    """Everything that the template needs."""
    found = _counts(run)
    return {
        "title": run.name,
        "command": command,
        "headline": _headline(run),
        "facts_line": _facts(run, found),
        "warnings": [sentence(text) for text in _warnings(run)],
        "chart": _chart(run.froc),
        "rows": _rows(run.froc),
        "mean": _mean(run.froc),
        "rate": _at(run),
        "misses": _of_kind(run, "miss"),
        "missed": _missed(run, found),
        "alarms": _of_kind(run, "false alarm"),
        "alarmed": _alarms(run, found),
        "images": _of_kind(run, "image"),
        "methods": _methods(run),
        "settings": [(name, _setting(value)) for name, value in run.settings.items()],
    }


def _headline(run: "DetectionRun") -> Text:
    found = run.froc
    point = min(found.points, key=lambda each: abs(each.false_positives - run.rate))
    if point.false_positives != run.rate or math.isnan(point.low):
        return say(
            "{model} finds {share:.0f}\N{NO-BREAK SPACE}% of lesions at {rate}.",
            model=run.model,
            share=100 * found.sensitivity_at(run.rate),
            rate=_rate(run),
        )
    return say(
        "{model} finds {share:.0f}\N{NO-BREAK SPACE}% of lesions ({low:.0f} to {high:.0f}) at "
        "{rate}.",
        model=run.model,
        share=100 * point.sensitivity,
        low=100 * point.low,
        high=100 * point.high,
        rate=_rate(run),
    )


def _facts(run: "DetectionRun", found: dict[str, int]) -> list[Text]:
    facts = [
        counted(run.froc.images, "{n} image", "{n} images"),
        counted(run.froc.lesions, "{n} lesion", "{n} lesions"),
        *([say("{n} folds", n=run.folds)] if run.folds else []),
        counted(found["missed"], "{n} missed", "{n} missed"),
        counted(found["false"], "{n} false alarm", "{n} false alarms"),
    ]
    if run.grouped:
        facts.insert(1, counted(run.froc.patients, "{n} patient", "{n} patients"))
    return facts


def _counts(run: "DetectionRun") -> dict[str, int]:
    """Misses and false alarms at the threshold."""
    missed = sum(int((each.best < run.threshold).sum()) for each in run.images)
    wrong = sum(
        int(((each.hits < 0) & (each.detections[:, -1] >= run.threshold)).sum())
        for each in run.images
    )
    return {"missed": missed, "false": wrong}


def _warnings(run: "DetectionRun") -> list[str]:
    told = list(run.warnings)
    with_lesions = len({each.patient for each in run.images if len(each.lesions)})
    if with_lesions < 10:
        told.append(
            say("only {n} patients have lesions: intervals are wide and rough", n=with_lesions)
        )
    return told


def _chart(found: "Froc") -> Markup | None:
    rates = [
        Rate(each.false_positives, each.sensitivity, each.low, each.high)
        for each in sorted(found.points, key=lambda each: each.false_positives)
        if each.false_positives > 0
    ]
    if len(rates) < 2:
        return None
    title = tell(say("Free-response ROC"))
    return Markup(froc_chart(title, rates, found.false_positives, found.sensitivity))  # our own


def _rows(found: "Froc") -> list[dict[str, Any]]:
    return [
        {
            "rate": rate_name(each.false_positives),
            "value": number(each.sensitivity),
            "ci": _ends(each.low, each.high),
            "score": "–" if math.isinf(each.threshold) else number(each.threshold),
        }
        for each in found.points
    ]


def _mean(found: "Froc") -> dict[str, str]:
    return {"value": number(found.mean), "ci": _ends(found.low, found.high)}


def _ends(low: float, high: float) -> str:
    return "" if math.isnan(low) or math.isnan(high) else f"{number(low)}–{number(high)}"


def _rate(run: "DetectionRun") -> Text:
    if run.rate == 1:
        return say("1 false positive an image")
    return say("{rate} false positives an image", rate=rate_name(run.rate))


def _at(run: "DetectionRun") -> Text:
    if math.isinf(run.threshold):
        return say(
            "Every threshold has more than {rate}: nothing counts as detected here.",
            rate=_rate(run),
        )
    return say(
        "At a score of {score} or more, which gives {rate} at most.",
        score=number(run.threshold),
        rate=_rate(run),
    )


def _missed(run: "DetectionRun", found: dict[str, int]) -> Text:
    shown = sum(each.kind == "miss" for each in run.pictures)
    return _of(shown, found["missed"], say("the largest first"))


def _alarms(run: "DetectionRun", found: dict[str, int]) -> Text:
    shown = sum(each.kind == "false alarm" for each in run.pictures)
    return _of(shown, found["false"], say("the surest first"))


def _of(shown: int, n: int, order: Text) -> Text:
    if shown < n:
        return say("{shown} of {n} are shown, {order}.", shown=shown, n=n, order=order)
    return counted(n, "There is {n}.", "There are {n}, {order}.", order=order)


def _of_kind(run: "DetectionRun", kind: str) -> list[dict[str, Any]]:
    return [_picture(run, each) for each in run.pictures if each.kind == kind]


def _picture(run: "DetectionRun", shown: "DetectionPicture") -> dict[str, Any]:
    image = run.images[shown.image]
    h, w = shown.pixels.shape[:2]
    lesions = _boxes(image.lesions, shown)
    reaching = image.detections[:, -1] >= run.threshold
    hits = _boxes(image.detections[reaching & (image.hits >= 0), :-1], shown)
    wrong = _boxes(image.detections[reaching & (image.hits < 0), :-1], shown)
    return {
        "src": light_uri(shown.pixels),
        "width": w,
        "height": h,
        "small": max(h, w) <= _SMALL,
        "lesions": lesions,
        "hits": hits,
        "wrong": wrong,
        "words": _caption(run, image, shown),
        "slice": None if shown.slice is None else say("slice {n:d}", n=shown.slice),
        "id": image.id,
        "alt": say("Boxes over {id}", id=image.id),
    }


def _caption(run: "DetectionRun", image: "HeldOut", shown: "DetectionPicture") -> Text:
    if shown.kind == "miss":
        best = image.best[shown.box]
        size = _size(image.lesions[shown.box])
        if math.isinf(best):
            return say("{size} pixels, hit by no box", size=size)
        return say("{size} pixels, hit at a score of {score}", size=size, score=number(best))
    if shown.kind == "false alarm":
        row = image.detections[shown.box]
        return say("score {score}, {size} pixels", score=number(row[-1]), size=_size(row[:-1]))
    lesions, found = len(image.lesions), int((image.best >= run.threshold).sum())
    alarms = int(((image.hits < 0) & (image.detections[:, -1] >= run.threshold)).sum())
    told = counted(alarms, "{n} false alarm", "{n} false alarms")
    if not lesions:
        return say("no lesion, {alarms}", alarms=told)
    return say("{found} of {n} found, {alarms}", found=found, n=lesions, alarms=told)


def _size(box: np.ndarray) -> str:
    axes = len(box) // 2
    return " × ".join(figure(float(side), 2) for side in box[axes:] - box[:axes])


def _boxes(boxes: np.ndarray, shown: "DetectionPicture") -> list[dict[str, str]]:
    """Rectangles of the picture; those of a volume that lie in its slice."""
    axes = boxes.shape[1] // 2
    h, w = shown.pixels.shape[:2]
    found = []
    for box in boxes:
        if shown.slice is not None and not box[0] < shown.slice + 1 <= np.ceil(box[axes]):
            continue
        low = (box[axes - 2 : axes] - shown.corner) / shown.step
        high = (box[2 * axes - 2 : 2 * axes] - shown.corner) / shown.step
        if (high <= 0).any() or low[0] >= h or low[1] >= w:
            continue
        sides = high - low
        place = {"x": low[1], "y": low[0], "width": sides[1], "height": sides[0]}
        found.append({name: f"{value:.2f}" for name, value in place.items()})
    return found


def _methods(run: "DetectionRun") -> list[str]:
    return [
        *_judged(run),
        sentence(run.froc.rule),
        say(
            "A detection that hits no lesion is a false positive; further hits of a lesion that "
            "was found count neither way."
        ),
        say(
            "The mean is that of sensitivities at the rates of the table, as in LUNA16. Intervals "
            "(95 %) come from drawing patients anew."
        ),
        say("Training and detection took {time}.", time=duration(run.wall_seconds)),
    ]


def _judged(run: "DetectionRun") -> list[Text]:
    if not run.folds:
        told = say("The detector was trained before, and read from a file; nothing here says "
                   "whether it has seen images of these patients.")  # fmt: skip
        narrow = say("Each image was taken for one patient's: if patients have several, intervals "
                     "are too narrow.")  # fmt: skip
        return [told] if run.grouped else [told, narrow]
    whose = (
        say("Images of one patient stand in one fold; folds have about as many lesions each.")
        if run.grouped
        else say("Each image was taken for one patient's: if patients have several, scores are "
                 "too good.")
    )  # fmt: skip
    return [
        say(
            "Each image was judged once, by a detector trained on the other {n} folds.",
            n=run.folds - 1,
        ),
        whose,
    ]


def _setting(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " – ".join(map(_setting, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
