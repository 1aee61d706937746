"""Results become tables, charts and one offline HTML file. This room computes no metric."""

from imgpipe.report.checks import checks_to_html
from imgpipe.report.html import to_html

__all__ = ["checks_to_html", "to_html"]
