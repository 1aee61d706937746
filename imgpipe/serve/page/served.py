"""The page of the server: pictures go to ``predict`` and ``explain``, and answers are shown."""

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.languages import speaking
from imgpipe.report.templates import render_page, together
from imgpipe.report.web_page import SHARED
from imgpipe.report.web_page.shown import (
    common_words,
    embedded,
    name_of,
    policy,
    shown,
    style_of,
)

if TYPE_CHECKING:
    from imgpipe.bundle import Predictor

_HERE = Path(__file__).parent
_OWN = _HERE / "own"


def page(predictor: "Predictor", lang: str = "en") -> str:
    """Make the page's text.

    Parameters
    ----------
    predictor : Predictor
        The model that the server answers with.
    lang : {"en", "zh"}
        Language of the page.
    """
    with speaking(lang):
        style = style_of(SHARED, _OWN)
        script = Markup("\n").join(together("*.js", each) for each in (SHARED, _OWN))
        rules = policy([script], style)
        content = {
            **shown(predictor),
            "headline": say(
                "The server hands the picture to the model {name}, which says how probable each "
                "class is.",
                name=name_of(predictor),
            ),
            "formats": say("PNG, JPEG, TIFF, BMP, NPY or DICOM"),
            "accept": ".png,.jpg,.jpeg,.tif,.tiff,.bmp,.npy,.dcm,.dicom,.ima",
            "limits": _limits(predictor),
            "policy": f"{rules}; img-src data:; connect-src 'self'",
            "style": style,
            "scripts": [script],
            "told": embedded(
                {"classes": list(predictor.classes), "words": common_words() | _words()}
            ),
        }
        return render_page(_HERE / "page.html", content)


def _limits(predictor: "Predictor") -> list[Text]:
    """Say what becomes of a picture, and what the page cannot tell."""
    found = [
        say("The server keeps no picture: it reads it, answers, and forgets it."),
        say("The answer is that of imgpipe predict, to the last digit."),
    ]
    if predictor.model.novelty is None:
        found.append(
            say("This model cannot tell whether a picture is unlike those of the training.")
        )
    return found


def _words() -> dict[str, Text]:
    """Give what the script says; fields in braces are filled there."""
    return {
        "unreachable": say("The server does not answer."),
        "several": say("This file holds several images. Drop one with a single image."),
        "looking": say("Looking for what speaks for it ..."),
        "where": say("Where in the image"),
        "nowhere": say("No place of this picture changes the answer."),
        "colours": say(
            "Orange: hiding this place makes {name} less probable. "
            "Blue: it makes it more probable.",
            name="{name}",
        ),
        "copied": say("The model was trained on this very picture, and its answer proves nothing."),
        "mapOver": say("{name}, over the picture", name="{name}"),
        "occlusion": say("What hiding a patch takes away"),
    }
