"""What errors call an image: its id, in place of its position in a stack."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from imgpipe._common import ImageError, code_of, shown
from imgpipe._common.reasons import Reason
from imgpipe._common.texts import counted


@contextmanager
def naming_images(
    dataset: Any, used: np.ndarray | None = None, validation: np.ndarray | None = None
) -> Iterator[None]:
    """Let errors say the id of an image, a path for instance, for its position.

    A position is one in the data set, or in what was `used` of it or watched for `validation`.
    """
    try:
        yield
    except ImageError as error:
        if dataset is None:
            raise
        rows = validation if error.argument == "validation" else used
        place = error.index if rows is None else int(rows[error.index])
        raise error.named(_name(dataset, place)) from None


def _name(dataset: Any, index: int) -> str:
    """Id of an image; one without a name is numbered, within its part where there is a split."""
    name = str(dataset.ids[index])
    if not name.isdigit():
        return name
    return f"image {name}" + (f" ({dataset.split[index]})" if dataset.split is not None else "")


def told_of(name: str, error: Exception) -> str:
    """Write what is wrong with an image in one line that names it."""
    if isinstance(error, ImageError):
        error = error.named("the image")
    reason = shown(getattr(error, "strerror", None) or str(error)).removeprefix("the image ")
    named = re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", reason) and not name.isdigit()
    return " ".join((reason if named else f"{name}: {reason}").split())


def reason_of(name: str, error: Exception) -> Reason:
    """Give the code of what is wrong with an image, and the line that names it."""
    return Reason(code_of(error), told_of(name, error))


def told_together(notes: Sequence[str]) -> list[str]:
    """Tell the first of the notes on files, and how many files there are with such notes."""
    return told_count(notes[0], len(notes)) if notes else []


def told_count(note: str, count: int) -> list[str]:
    """Tell a note that is the first of so many."""
    if count < 2:
        return [note] * count
    return [
        counted(
            count - 1,
            "{note} (and {n} more note on images or masks like this)",
            "{note} (and {n} more notes on images or masks like this)",
            note=note,
        )
    ]
