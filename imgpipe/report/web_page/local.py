"""The page that runs a model in the visitor's own browser, as one file."""

import base64
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common.texts import Text, say
from imgpipe.report.languages import speaking
from imgpipe.report.templates import render_page, together
from imgpipe.report.web_page import SHARED
from imgpipe.report.web_page.runtime import PACKAGE, Runtime
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


def page_of(predictor: "Predictor", graph: bytes, runtime: Runtime, lang: str = "en") -> str:
    """Make the page's text.

    Parameters
    ----------
    predictor : Predictor
        The model, for what is said of it.
    graph : bytes
        The same model as ONNX, from ``image`` to ``probabilities``.
    runtime : Runtime
        What runs the graph.
    lang : {"en", "zh"}
        Language of the page.
    """
    with speaking(lang):
        style = style_of(SHARED)
        own = Markup("\n").join(together("*.js", each) for each in (SHARED, _HERE / "local"))
        scripts = [Markup(runtime.script), own]
        content = {
            **shown(predictor),
            "headline": say(
                "The model {name} runs in this browser and says which class it finds most "
                "probable. The picture does not leave this machine.",
                name=name_of(predictor),
            ),
            "formats": say("PNG, JPEG or NPY"),
            "accept": ".png,.jpg,.jpeg,.npy",
            "limits": _limits(predictor, runtime),
            "policy": f"{policy(scripts, style, _WASM)}; img-src data:",
            "style": style,
            "scripts": scripts,
            "packed": [_packed("runtime", runtime.binary), _packed("model", graph)],
            "told": embedded(_told(predictor)),
        }
        return render_page("web_page/local.html", content)


_WASM = "'wasm-unsafe-eval'"


def _packed(name: str, content: bytes) -> dict[str, Any]:
    """Pack bytes for a place inside the page."""
    packed = gzip.compress(content, 9, mtime=0)
    return {"id": name, "bytes": len(content), "content": base64.b64encode(packed).decode()}


def _told(predictor: "Predictor") -> dict[str, Any]:
    model = predictor.model
    gray = model.channel_axis is None
    height, width = model.image_shape[:2]
    return {
        "classes": list(predictor.classes),
        "expected": {
            "shape": list(model.image_shape),
            "height": height,
            "width": width,
            "channels": 1 if gray else model.image_shape[-1],
            "dtype": model.dtype,
            "resizes": model.size is not None,
        },
        "words": common_words() | _words(),
    }


def _limits(predictor: "Predictor", runtime: Runtime) -> list[Text]:
    """Say what the page cannot tell, and how exact it is."""
    found = [
        say(
            "PNG and NPY files are read to the last bit. Of a JPEG file the browser's decoder may "
            "give other pixels than that of imgpipe, by a level or two."
        ),
        say(
            "Colour profiles are not applied, and transparent pixels are laid over black, as "
            "imgpipe does."
        ),
        say("The page does not say why the model answers so; imgpipe predict --report does."),
        say(
            "The model is run by {package} {version} (MIT licence), which is part of this file.",
            package=PACKAGE,
            version=runtime.version,
        ),
    ]
    if predictor.model.novelty is not None:
        found.insert(
            2,
            say(
                "The page does not see whether a picture is unlike those of the training; imgpipe "
                "predict does. The model answers whatever it is given."
            ),
        )
    return found


def _words() -> dict[str, Text]:
    """Give what the script says; fields in braces are filled there."""
    found, expected, kind = "{found}", "{expected}", "{kind}"
    return {
        "ready": say("The model is ready."),
        "cannot": say(
            "The model does not run in this browser: {error}. One of 2023 or later is needed.",
            error="{error}",
        ),
        "empty": say("This file is empty."),
        "damaged": say("This file is damaged or cut short."),
        "unknown": say("This is not a picture that is read here. PNG, JPEG and NPY are."),
        "kind": say(
            "This is a {kind} file, which is not read here. PNG, JPEG and NPY are; imgpipe predict "
            "reads more.",
            kind=kind,
        ),
        "animated": say("This PNG file is animated, with {n} frames. Save one.", n="{n}"),
        "jpegKind": say("This kind of JPEG file is not read here. Save the picture as PNG."),
        "npyKind": say(
            "This NPY file holds numbers of the kind {kind}. uint8, uint16 and float32 are read.",
            kind=kind,
        ),
        "npyShape": say(
            "This NPY file holds an array of {shape}. An image has two axes, or three with three "
            "colours at the end.",
            shape="{shape}",
        ),
        "budget": say("This picture has {found} pixels, more than are read here.", found=found),
        "size": say(
            "This picture has {found} pixels (width x height), and the model takes {expected}.",
            found=found,
            expected=expected,
        ),
        "dtype": say(
            "The pixels of this picture are {found}, and the model takes {expected}.",
            found=found,
            expected=expected,
        ),
        "wantsGray": say("This picture is in colour, and the model takes gray ones."),
        "wantsColour": say("This picture is gray, and the model takes colour ones."),
        "notFinite": say("Some pixels of this picture are no numbers, or infinite."),
        "unsound": say(
            "The model has no answer to this picture: a feature of it is undefined or too large."
        ),
        "canvas": say(
            "This browser changes the pixels that a page reads from a JPEG file, against "
            "fingerprinting. Save the picture as PNG."
        ),
        "transparent": say("Transparent pixels were laid over black."),
        "jpeg": say("JPEG: pixels may differ by a level or two from those that imgpipe reads."),
    }
