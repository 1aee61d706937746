"""Labels as people write them, made codes into class names."""

from collections.abc import Sequence

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets.annotations.spelling import check_alike, clean, some


def encode(
    where: str, labels: np.ndarray, names: Sequence[str] | None = None
) -> tuple[np.ndarray, tuple[str, ...], list[str]]:
    """Codes, class names and warnings from one label an image.

    `labels` holds text, or integers which index `names` where names are given. Names that no
    image has are left out, with a warning.
    """
    labels = _one_column(where, np.asarray(labels))
    if labels.dtype.kind in "USO":
        return _encode_text(where, labels, names)
    codes = _whole(where, labels)
    if names is None:
        present, inverse = np.unique(codes, return_inverse=True)
        return inverse.astype(np.int64), tuple(str(code) for code in present), []
    names = [str(name) for name in names]
    if codes.min() < 0 or codes.max() >= len(names):
        wrong = codes[(codes < 0) | (codes >= len(names))]
        raise InputError(f"{where}: label {wrong[0]}, but {len(names)} class names: {some(names)}")
    check_alike(where, "classes", names)
    present, inverse = np.unique(codes, return_inverse=True)
    unused = [name for code, name in enumerate(names) if code not in present]
    warnings = [f"no image of {some(unused)}"] if unused else []
    return inverse.astype(np.int64), tuple(names[code] for code in present), warnings


def _one_column(where: str, labels: np.ndarray) -> np.ndarray:
    """Labels of shape (n,); what has several columns or is an image is another task."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2:
        raise InputError(
            f"{where}: labels of shape {labels.shape} (several for each image); "
            "one class for each image is needed"
        )
    if labels.ndim != 1:
        raise InputError(f"{where}: labels of shape {labels.shape}; one for each image is needed")
    if not len(labels):
        raise InputError(f"{where}: no labels")
    return labels


def _whole(where: str, labels: np.ndarray) -> np.ndarray:
    """Integer labels; NaN and fractions are refused."""
    if labels.dtype.kind == "f":
        if np.isnan(labels).any():
            first = int(np.flatnonzero(np.isnan(labels))[0])
            raise InputError(
                f"{where}: {int(np.isnan(labels).sum())} labels are NaN, the first at index {first}"
            )
        if (labels != np.rint(labels)).any():
            wrong = labels[labels != np.rint(labels)][0]
            raise InputError(f"{where}: label {wrong:g} is not a whole number; classes are needed")
    elif labels.dtype.kind not in "biu":
        raise InputError(f"{where}: labels of dtype {labels.dtype}; text or integers are needed")
    return labels.astype(np.int64)


def _encode_text(
    where: str, labels: np.ndarray, names: Sequence[str] | None
) -> tuple[np.ndarray, tuple[str, ...], list[str]]:
    texts = clean(where, "labels", labels.tolist())
    check_alike(where, "classes", texts)
    present = set(texts)
    if names is None:
        classes = sorted(present, key=_natural)
        unused: list[str] = []
    else:
        names = [str(name).strip() for name in names]
        strange = sorted(present - set(names))
        if strange:
            raise InputError(
                f"{where}: label {strange[0]!r} is not among the classes {some(names)}"
            )
        classes = [name for name in names if name in present]
        unused = [name for name in names if name not in present]
    code = {name: i for i, name in enumerate(classes)}
    warnings = [f"no image of {some(unused)}"] if unused else []
    return np.array([code[text] for text in texts], np.int64), tuple(classes), warnings


def _natural(name: str) -> tuple[int, int, str]:
    """Numbers by value, before other names."""
    return (0, int(name), name) if name.isascii() and name.isdigit() else (1, 0, name)
