"""The tables of docs/segmentation.md, built from the registries.

Run ``python -m imgpipe.segment.catalogue_page FILE`` to write them into the page, between the
lines that mark them.
"""

import inspect
import re
import sys
from pathlib import Path

from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.registry import RECIPES, SEGMENTERS

_TABLE = "<!-- {} from the registry by `make docs`: do not edit -->\n"
_END = "<!-- end -->"


def page(text: str) -> str:
    """Give a page with its tables as the registries have them.

    Parameters
    ----------
    text : str
        With the lines that mark the tables.
    """
    for name, table in (("segmenters", _segmenters()), ("recipes", _recipes())):
        begin = _TABLE.format(name)
        pattern = "(" + re.escape(begin) + ").*?(?=" + re.escape(_END) + ")"
        parts = re.split(pattern, text, flags=re.DOTALL)
        if len(parts) != 3:
            raise ValueError(f"one place for the table of {name} is needed")
        text = parts[0] + begin + table + parts[2]
    return text


def _segmenters() -> str:
    head = "| name | finds | settings | of | gives | needs |\n" + "|---" * 6 + "|\n"
    return head + "".join(
        _row(f"`{name}`", SEGMENTERS[name].description, *_rest(SEGMENTERS[name]))
        for name in SEGMENTERS.own
    )


def _recipes() -> str:
    head = "| name | finds | in | settings | of | gives | needs |\n" + "|---" * 7 + "|\n"
    return head + "".join(
        _row(f"`{name}`", RECIPES[name].description, RECIPES[name].expects, *_rest(RECIPES[name]))
        for name in RECIPES.own
    )


def _rest(each: Segmenter) -> tuple[str, ...]:
    words = {2: "images", 3: "volumes"}
    of = ", ".join(words[n] for n in each.axes)
    return _settings(each), of, each.gives, each.package or ""


def _settings(each: Segmenter) -> str:
    """Name settings with their defaults; spacing is that of the image."""
    shown = []
    for name, parameter in each.settings.items():
        if name == "spacing" or parameter.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        default = parameter.default
        if isinstance(default, float):
            default = f"{default:g}"
        needed = parameter.default is inspect.Parameter.empty
        shown.append(f"`{name}`" if needed else f"`{name}={default}`")
    return ", ".join(shown)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(page(file.read_text(encoding="utf-8")), encoding="utf-8")
