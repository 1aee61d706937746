"""Measures of masks as one HTML file."""

import os
from typing import TYPE_CHECKING

from imgpipe._common import atomic_path
from imgpipe.report.languages import speaking
from imgpipe.report.page import masks
from imgpipe.report.templates import render_page

if TYPE_CHECKING:
    from imgpipe.tables import MaskScores


def masks_to_html(
    scores: "MaskScores",
    path: str | os.PathLike[str],
    *,
    title: str = "masks",
    command: str | None = None,
    lang: str = "en",
) -> None:
    """Write a page of measures: their summary, how they spread, and the worst pairs as pictures.

    Parameters
    ----------
    scores : MaskScores
        From `imgpipe.tables.measure_masks`, with ``pictures`` for the worst pairs.
    path : path-like
        Where to write; an existing file is replaced. It appears whole or not at all.
    title : str
        What the page calls the masks.
    command : str, optional
        The command line that measured them.
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
    >>> from imgpipe.tables import measure_masks
    >>> scores = measure_masks("found/", "drawn/", pictures=12)  # doctest: +SKIP
    >>> masks_to_html(scores, "measures.html")  # doctest: +SKIP
    """
    text = render_masks(scores, title, command, lang)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def render_masks(
    scores: "MaskScores", title: str = "masks", command: str | None = None, lang: str = "en"
) -> str:
    """Write the page as text."""
    with speaking(lang):
        content = {"title": title, "command": command, "script": "", **masks.content(scores)}
        return render_page("masks_page.html", content)
