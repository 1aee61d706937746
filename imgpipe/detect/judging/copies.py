"""Images that are there twice, which would be learnt from and judged."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, counted
from imgpipe.datasets.annotations.spelling import some


def copies(
    where: str, ids: Sequence[str], digests: Sequence[bytes], patients: np.ndarray | None
) -> list[Text]:
    """Refuse a file that is listed twice; note images with the pixels of another patient's.

    Parameters
    ----------
    where : str
        The source, for messages.
    ids : sequence of str
    digests : sequence of bytes
        Of the pixels; empty for an image that is constant, as slices beyond the body are.
    patients : ndarray of str or None
        None where each image is one patient's.

    Returns
    -------
    list of str
    """
    twice = [name for name, n in Counter(ids).items() if n > 1]
    if twice:
        raise InputError(f"{where}: {some(twice)} listed more than once; keep one row of each")
    owner = np.arange(len(ids)) if patients is None else patients
    first: dict[bytes, int] = {}
    found = [
        i for i, key in enumerate(digests) if key and owner[first.setdefault(key, i)] != owner[i]
    ]
    if not found:
        return []
    return [
        counted(
            len(found),
            "{n} image has the pixels of another patient's: {names}; in two folds it would be "
            "learnt from and judged",
            "{n} images have the pixels of another patient's: {names}; in two folds they would be "
            "learnt from and judged",
            names=some([ids[i] for i in found]),
        )
    ]
