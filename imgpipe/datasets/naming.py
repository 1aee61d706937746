"""What errors call an image: its id, in place of its position in a stack."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from imgpipe._common import InputError, shown


@contextmanager
def naming_images(
    dataset: Any, used: np.ndarray | None = None, validation: np.ndarray | None = None
) -> Iterator[None]:
    """Let errors say the id of an image, a path for instance, for its position.

    A position is one in the data set, or in what was `used` of it or watched for `validation`.
    """
    try:
        yield
    except InputError as error:
        index = getattr(error, "index", None)
        if index is None or dataset is None:
            raise
        rows = validation if getattr(error, "argument", "X") == "validation" else used
        name = _name(dataset, index if rows is None else int(rows[index]))
        text = re.sub(rf"\bimage {index}\b", lambda _: name, str(error), count=1)
        raise InputError(text.removeprefix("validation: ")) from None


def _name(dataset: Any, index: int) -> str:
    """Id of an image; one without a name is numbered, within its part where there is a split."""
    name = str(dataset.ids[index])
    if not name.isdigit():
        return name
    return f"image {name}" + (f" ({dataset.split[index]})" if dataset.split is not None else "")


def told_of(name: str, error: Exception) -> str:
    """Write what is wrong with an image in one line that names it."""
    reason = shown(getattr(error, "strerror", None) or str(error))
    return " ".join((reason if name in reason else f"{name}: {reason}").split())


def reason_alone(error: Exception) -> str:
    """Take from an error about a stack of one image the words that number it."""
    return str(error).removeprefix("image 0").lstrip(": ").replace("image 0", "the image")
