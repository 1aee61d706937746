"""The page of the lab, filled with what there is to choose from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from imgpipe._common.texts import say
from imgpipe.lab.page.words import words
from imgpipe.report.languages import speaking, told
from imgpipe.report.templates import render_page, together
from imgpipe.report.web_page import SHARED
from imgpipe.report.web_page.shown import embedded, policy, style_of

_HERE = Path(__file__).parent
_OWN = _HERE / "own"
_SCRIPTS = ("1-words.js", "2-bar.js", "2-listen.js")
_ACCEPT = (
    ".png,.jpg,.jpeg,.tif,.tiff,.bmp,.npy,.nii,.nii.gz,.gz,.nrrd,.nhdr,.dcm,.dicom,.ima,"
    "application/dicom"
)


def page(
    lang: str,
    catalogue: Sequence[Mapping[str, Any]],
    examples: Mapping[str, Any],
    models: Sequence[str],
) -> str:
    """Make the page's text.

    Parameters
    ----------
    lang : {"en", "zh"}
        Language of the page.
    catalogue : sequence of dict
        Steps and what can be turned at each, as `imgpipe.lab.knobs.catalogue` gives them.
    examples : dict of str to Example
        Images to begin with; the page opens with the first.
    models : sequence of str
        Names of the models that can be asked; without any the page does not offer it.
    """
    with speaking(lang):
        style = style_of(SHARED, _OWN, charts=True)
        shared = [together(name, SHARED) for name in _SCRIPTS]
        script = Markup("\n").join([*shared, together("*.js", _OWN)])
        data = {
            "lang": lang,
            "catalogue": catalogue,
            "examples": [
                {"source": name, "title": each.title, "about": each.about}
                for name, each in examples.items()
            ],
            "models": list(models),
        }
        content = {
            "title": say("The lab"),
            "accept": _ACCEPT,
            "policy": f"{policy([script], style)}; connect-src 'self'; img-src data:",
            "style": style,
            "script": script,
            "told": embedded({**told(data), "words": words()}),
        }
        return render_page(_HERE / "page.html", content)
