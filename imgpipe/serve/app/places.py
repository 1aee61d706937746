"""Where an error came from, for a log that must not show what was sent."""

import traceback
from pathlib import Path


def where(error: BaseException) -> str:
    """Name the kind of an error and its places, without its words: they may be of the image."""
    last = traceback.extract_tb(error.__traceback__)[-4:]
    places = [f"{Path(one.filename).name}:{one.lineno}" for one in last]
    return f"{type(error).__name__} at {' < '.join(reversed(places))}"
