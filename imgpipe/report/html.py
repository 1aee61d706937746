"""The comparison as one HTML file that opens anywhere, without a network or a script."""

import os
from typing import TYPE_CHECKING

from imgpipe._common import atomic_path
from imgpipe.report.languages import speaking
from imgpipe.report.page.summary import summarise
from imgpipe.report.templates import render_page

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def to_html(comparison: "Comparison", path: str | os.PathLike[str], *, lang: str = "en") -> None:
    """Write the report of a comparison: leaderboard, curves, mistakes, data card, run facts.

    The file holds everything it shows (style, charts, images), so it can be mailed or archived. It
    appears whole or not at all.

    Parameters
    ----------
    comparison : imgpipe.evaluate.Comparison
        What `imgpipe.evaluate.compare` returned.
    path : path-like
        Where to write; an existing file is replaced.
    lang : {"en", "zh"}
        Language of the page.

    Raises
    ------
    InputError
        There is no such language.
    OSError
        `path` cannot be written.

    Examples
    --------
    >>> from imgpipe.datasets import load
    >>> from imgpipe.evaluate import compare
    >>> to_html(compare("svm", load("synthetic-nodules")), "report.html")  # doctest: +SKIP
    """
    text = render(comparison, lang)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def render(comparison: "Comparison", lang: str = "en") -> str:
    """Make the report's text."""
    with speaking(lang):
        return render_page("template.html", summarise(comparison))
