"""The page of the server in the browser."""

from imgpipe.serve.page.served import page

__all__ = ["page"]
