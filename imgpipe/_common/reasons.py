"""Why an item of a batch has no values."""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why an item has no values: a stable code, and a sentence."""

    code: str
    message: str


NO_REASON = Reason("", "")
