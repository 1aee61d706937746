"""Several runs beside one another as one HTML file."""

import os
from typing import TYPE_CHECKING

from imgpipe._common import atomic_path
from imgpipe.report.languages import speaking
from imgpipe.report.page import runs
from imgpipe.report.templates import render_page

if TYPE_CHECKING:
    from imgpipe.evaluate import JoinedRuns


def runs_to_html(joined: "JoinedRuns", path: str | os.PathLike[str], *, lang: str = "en") -> None:
    """Write a page of runs beside one another: their data, their models, tests between them.

    Parameters
    ----------
    joined : imgpipe.evaluate.JoinedRuns
        From `imgpipe.evaluate.join_runs`.
    path : path-like
        Where to write; an existing file is replaced. It appears whole or not at all.
    lang : {"en", "zh"}
        Language of the page.

    Raises
    ------
    InputError
        There is no such language.

    Examples
    --------
    >>> from imgpipe.evaluate import join_runs
    >>> runs_to_html(join_runs(["monday", "tuesday"]), "both.html")  # doctest: +SKIP
    """
    text = render_runs(joined, lang)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def render_runs(joined: "JoinedRuns", lang: str = "en") -> str:
    """Make the page's text."""
    with speaking(lang):
        return render_page("runs_page.html", runs.content(joined))
