"""Results become tables, charts and one offline HTML file. This room computes no metric."""

from imgpipe.report.html import to_html

__all__ = ["to_html"]
