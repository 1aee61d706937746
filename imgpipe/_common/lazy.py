"""Names of a room that are imported when they are first asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from imgpipe._common.packages import needed_for


def lazily(room: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Make the `__getattr__` of a room whose files are heavy, and not all needed.

    Parameters
    ----------
    room : str
        Its ``__name__``.
    homes : dict of str to str
        The file of each public name.

    Returns
    -------
    callable
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        with needed_for(f"{room}.{name}"):
            return getattr(import_module(f"{room}.{homes[name]}"), name)

    return find
