"""The report as text that reviewers and repositories show: Markdown as on GitHub."""

from imgpipe.report.markdown.document import to_markdown

__all__ = ["to_markdown"]
