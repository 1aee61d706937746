"""Results become tables, charts and one offline HTML file. This room computes no metric."""

from imgpipe.report.checks import checks_to_html
from imgpipe.report.figures import figures
from imgpipe.report.html import to_html
from imgpipe.report.markdown import to_markdown
from imgpipe.report.markdown.runs import runs_to_markdown
from imgpipe.report.prediction import write_prediction
from imgpipe.report.runs import runs_to_html

__all__ = [
    "checks_to_html",
    "figures",
    "runs_to_html",
    "runs_to_markdown",
    "to_html",
    "to_markdown",
    "write_prediction",
]
