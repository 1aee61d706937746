"""What both pages show of a model: its name, its pictures, its card, and words for the script."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.languages import tell
from imgpipe.report.templates import together
from imgpipe.report.words.model_card import card_rows

if TYPE_CHECKING:
    from imgpipe.bundle import Predictor

_HERE = Path(__file__).parent
_NAMED = 3  # classes that stand in a title
_STYLES = ("1-colours.css", "2-page.css", "3-tables.css", "5-*.css", "8-features.css")
_CHARTS = "4-charts.css"


def shown(predictor: "Predictor") -> dict[str, Any]:
    """Lay out what is known of the model."""
    return {
        "title": _title(predictor.classes),
        "takes": takes(predictor),
        "card": card_rows(predictor.card),
        "note": predictor.card.get("note"),
    }


def _title(classes: Sequence[str]) -> Text:
    if len(classes) > _NAMED:
        return say("Which of {n} classes?", n=len(classes))
    first = list(classes[:-1])
    return say("{names:,} or {last}?", names=first, last=classes[-1])


def takes(predictor: "Predictor") -> list[Text]:
    """Say in short which pictures the model takes."""
    model = predictor.model
    gray = model.channel_axis is None
    sides = model.image_shape if gray else model.image_shape[:-1]
    size = " x ".join(map(str, reversed(sides)))
    told = say("gray pictures") if gray else say("colour pictures")
    if model.size is not None:
        fitting = say("any size, scaled to {size} pixels", size=size)
    else:
        fitting = say("{size} pixels", size=size)
    return [told, fitting, depth(model.dtype)]


def depth(dtype: str) -> Text:
    """Name the kind of number of a pixel."""
    bits = {"uint8": 8, "uint16": 16}.get(dtype)
    return say("{dtype} numbers", dtype=dtype) if bits is None else say("{n} bits", n=bits)


def name_of(predictor: "Predictor") -> str:
    """Give the name of the model."""
    return str(predictor.card.get("model") or "imgpipe")


def common_words() -> dict[str, Text]:
    """Give what the shared script says; fields in braces are filled there."""
    return {
        "likeliest": say("Most probable class"),
        "probabilities": say("Probability of each class"),
        "others": say("{n} other classes", n="{n}"),
        "picture": say("The picture {name}", name="{name}"),
        "fault": say("Something went wrong here: {error}", error="{error}"),
    }


def style_of(*folders: Path, charts: bool = False) -> Markup:
    """Join the style of reports, as far as these pages need it, that of both, and their own."""
    report = _HERE.parent / "style"
    names = sorted((*_STYLES, _CHARTS)) if charts else _STYLES
    parts = [together(name, report) for name in names]
    return Markup("").join([*parts, *(together("*.css", each) for each in folders)])


def embedded(told: Mapping[str, Any]) -> Markup:
    """Write data for the script; no text in it can end the element that holds it."""
    spoken = {**told, "words": {key: tell(text) for key, text in told["words"].items()}}
    text = json.dumps(spoken, ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def policy(scripts: Iterable[str], style: str, *others: str) -> str:
    """Allow these scripts and this style, and nothing that stands in no argument."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join([*map(digest, scripts), *others])}",
            f"style-src {digest(style)}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def digest(content: str) -> str:
    """Write the digest of an element's text as a policy names it."""
    code = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return f"'sha256-{code}'"
