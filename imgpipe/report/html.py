"""The comparison as one HTML file that opens anywhere, without a network or a script."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import imgpipe
from imgpipe._common import atomic_path
from imgpipe.report.page.summary import summarise

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison

_HERE = Path(__file__).parent


def to_html(comparison: "Comparison", path: str | os.PathLike[str]) -> None:
    """Write the report of a comparison: leaderboard, curves, mistakes, data card, run facts.

    The file holds everything it shows (style, charts, images), so it can be mailed or archived. It
    appears whole or not at all.

    Parameters
    ----------
    comparison : imgpipe.evaluate.Comparison
        What `imgpipe.evaluate.compare` returned.
    path : path-like
        Where to write; an existing file is replaced.

    Raises
    ------
    OSError
        `path` cannot be written.

    Examples
    --------
    >>> from imgpipe.evaluate import compare
    >>> to_html(compare("svm", "synthetic-nodules"), "report.html")  # doctest: +SKIP
    """
    text = render(comparison)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def render(comparison: "Comparison") -> str:
    """Make the report's text."""
    return render_page("template.html", summarise(comparison))


def render_page(template: str, content: Mapping[str, Any]) -> str:
    """Fill one of the templates, with the style of all pages."""
    return (
        _environment()
        .get_template(template)
        .render(
            content,
            style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
            version=imgpipe.__version__,
        )
    )


@cache
def _environment() -> Environment:
    """Templates with every text from outside escaped: class names come from people's folders."""
    return Environment(
        loader=FileSystemLoader([_HERE, _HERE / "sections"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
