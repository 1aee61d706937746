"""A detector's scores and errors as one HTML file."""

import os
from typing import TYPE_CHECKING

from imgpipe._common import atomic_path
from imgpipe.report.languages import speaking
from imgpipe.report.page import detection
from imgpipe.report.templates import render_page

if TYPE_CHECKING:
    from imgpipe.detect import DetectionRun


def detection_to_html(
    run: "DetectionRun",
    path: str | os.PathLike[str],
    *,
    command: str | None = None,
    lang: str = "en",
) -> None:
    """Write a page of a detector: FROC, and misses, false alarms and boxes over images as pictures.

    Parameters
    ----------
    run : DetectionRun
        From `imgpipe.detect.cross_validate`.
    path : path-like
        Where to write; an existing file is replaced. It appears whole or not at all.
    command : str, optional
        The command line that made it.
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
    >>> from imgpipe.detect import cross_validate, load_lesions
    >>> run = cross_validate(load_lesions("synthetic-lesions"))  # doctest: +SKIP
    >>> detection_to_html(run, "detection.html")  # doctest: +SKIP
    """
    text = render_detection(run, command, lang)
    with atomic_path(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def render_detection(run: "DetectionRun", command: str | None = None, lang: str = "en") -> str:
    """Make the page's text."""
    with speaking(lang):
        content = {"script": "", **detection.content(run, command)}
        return render_page("detection_page.html", content)
