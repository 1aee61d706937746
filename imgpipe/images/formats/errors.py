"""What decoders say: what matters is raised as one readable line, the rest is kept quiet."""

import logging
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from imgpipe._common import InputError, MissingPackage

# errors, and words of messages, of code that did not expect the bytes that it met
_CODE_ERRORS = (AttributeError, TypeError, LookupError, UnicodeError, ArithmeticError,
                AssertionError, RecursionError, struct.error, MemoryError)  # fmt: skip
_CODE_WORDS = ("literal", "convert", "reshape", "buffer", "unpack", "object", "argument", "struct",
               "out of range", "not enough values", "too many values", "math domain", "dtype",
               "embedded null", "subscript", "\\x")  # fmt: skip
_DAMAGED = re.compile(r"\bdamaged\b|\btruncated\b|\bcut short\b|\bthe file is empty\b")

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
    except ModuleNotFoundError as error:
        raise MissingPackage(f"{name}: DICOM", error) from None
    except Exception as error:
        raise InputError(f"{name}: damaged or truncated {kind}: {reason(error)}") from None


@contextmanager
def coded() -> Iterator[None]:
    """Give an error that speaks of damage, inside the block, its code."""
    try:
        yield
    except InputError as error:
        if error.code == InputError.code and _DAMAGED.search(str(error)):
            error.code = "DAMAGED"
        raise


def reason(error: Exception) -> str:
    """The decoder's own words, unless they speak of its code and not of the file."""
    words = plain(error)
    if not words or isinstance(error, _CODE_ERRORS) or any(w in words for w in _CODE_WORDS):
        return "its contents cannot be parsed"
    return words


def plain(text: object) -> str:
    """Text from a file or decoder as one short printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= 300 else f"{line[:300]}..."
