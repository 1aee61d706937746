"""The page on which a picture is dropped: what both kinds share, and the one without a server."""

from pathlib import Path

SHARED = Path(__file__).parent / "shared"
"""Style and script of both kinds."""
