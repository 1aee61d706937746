"""Results become tables, charts and offline HTML files. This room computes no metric.

A page that needs no comparison is made without what compares, so the files load on first use.
"""

from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily

if TYPE_CHECKING:
    from imgpipe.report.checks import checks_to_html
    from imgpipe.report.detection import detection_to_html
    from imgpipe.report.figure_files import figures
    from imgpipe.report.html import to_html
    from imgpipe.report.markdown import to_markdown
    from imgpipe.report.markdown.runs import runs_to_markdown
    from imgpipe.report.masks import masks_to_html
    from imgpipe.report.prediction import write_prediction
    from imgpipe.report.runs import runs_to_html
    from imgpipe.report.web import write_web_page

_HOMES = {
    "checks_to_html": "checks",
    "detection_to_html": "detection",
    "figures": "figure_files",
    "masks_to_html": "masks",
    "runs_to_html": "runs",
    "runs_to_markdown": "markdown.runs",
    "to_html": "html",
    "to_markdown": "markdown",
    "write_prediction": "prediction",
    "write_web_page": "web",
}

__all__ = [
    "checks_to_html",
    "detection_to_html",
    "figures",
    "masks_to_html",
    "runs_to_html",
    "runs_to_markdown",
    "to_html",
    "to_markdown",
    "write_prediction",
    "write_web_page",
]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
