"""The page of the lab."""

from imgpipe.lab.page.filled import page

__all__ = ["page"]
