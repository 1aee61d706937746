"""How what is found in a file becomes the one error that names the file and a way out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from imgpipe._common import InputError, shown

_LONGEST = 60  # letters of a value in an error
WAY_OUT = "get the file again, or train the model again"


class Foreign(InputError):
    """What is found needs another way out than a fresh copy, and its message names it."""


@contextmanager
def refusing(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let errors of what stands in a file name the file, and say what would do."""
    try:
        yield
    except Foreign as error:
        raise InputError(f"{shown(path)}: {_line(error)}") from None
    except InputError as error:
        raise InputError(f"{shown(path)}: {_line(error)}; {WAY_OUT}") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def excerpt(value: Any) -> str:
    r"""Write a value from a file so that a terminal can show it: short, and in letters of ASCII.

    Examples
    --------
    >>> excerpt("a" * 100)[-10:], excerpt(b"\x1b[31m")
    ('aaaaaaa...', "b'\\x1b[31m'")
    """
    if isinstance(value, str | bytes):
        value = value[: _LONGEST + 1]
    elif isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value):,}"
    elif isinstance(value, int) and abs(value) > 10**_LONGEST:
        return "a huge number"
    text = ascii(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
