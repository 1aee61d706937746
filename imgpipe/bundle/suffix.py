"""What a model's file may be called."""

import os
from pathlib import Path

from imgpipe._common import InputError

SUFFIXES = (".imgpipe", ".joblib")


def check_suffix(path: str | os.PathLike[str]) -> None:
    """Accept ``.imgpipe`` and ``.joblib`` only.

    Parameters
    ----------
    path : path-like
        Of a model.

    Raises
    ------
    InputError
        For another suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        wanted = " or ".join(SUFFIXES)
        raise InputError(f"{path}: a model needs the suffix {wanted}, found {suffix or 'none'}")
