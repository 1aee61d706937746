"""What decoders say: what matters is raised as one readable line, the rest is kept quiet."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from imgpipe._common import InputError

# without a handler of their own, warnings of these loggers would reach standard error
for _name in ("tifffile", "pydicom", "PIL"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# catch_warnings swaps a list of the whole process: two threads at once could leave it swapped
_lock = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """No warning from inside the block is shown."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def reading_dicom(name: str, kind: str = "DICOM") -> Iterator[None]:
    """Whatever goes wrong inside the block is an InputError that says so of the file.

    pydicom converts elements when they are asked for, and raises nearly every built-in error on
    damaged ones.
    """
    try:
        with quiet():
            yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{name}: damaged or truncated {kind}: {reason(error)}") from None


def reason(error: Exception) -> str:
    """The decoder's own words, or the kind of its error where it has none."""
    return plain(error) or type(error).__name__


def plain(text: object) -> str:
    """Text from a file or decoder as one short printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= 300 else f"{line[:300]}..."
