"""What the checks found as one HTML file."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe._common import atomic_path
from imgpipe.report.languages import speaking
from imgpipe.report.page import checks
from imgpipe.report.templates import render_page

if TYPE_CHECKING:
    from imgpipe.evaluate import Finding


def checks_to_html(
    findings: Sequence["Finding"],
    path: str | os.PathLike[str],
    *,
    title: str = "data",
    command: str | None = None,
    lang: str = "en",
) -> None:
    """Write a page of findings: what was found, what it means, what would do.

    Parameters
    ----------
    findings : sequence of Finding
        From `imgpipe.evaluate.check`.
    path : path-like
        Where to write; an existing file is replaced. It appears whole or not at all.
    title : str
        What the page calls the data.
    command : str, optional
        The command line that found them.
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
    >>> from imgpipe.evaluate import check
    >>> checks_to_html(check("scans.csv"), "checks.html")  # doctest: +SKIP
    """
    with speaking(lang):
        content = {"title": title, "command": command, "it": checks.content(findings)}
        text = render_page("checks_page.html", content)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")
