"""Labels as people write them, made codes into class names."""

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.datasets.annotations.identity import check_alike, natural, number
from imgpipe.datasets.annotations.spelling import clean, some

_LARGEST = 2**53  # beyond, floats do not hold every whole number
Encoded = tuple[np.ndarray, tuple[str, ...], list[Text]]


def encode(
    where: str, labels: np.ndarray, names: Sequence[str] | None = None, *, exact: bool = False
) -> Encoded:
    """Codes, class names and warnings from one label an image.

    `labels` holds text, or integers which index `names` where names are given. Names that no
    image has are left out, with a warning. Two names that may be one are an error, unless they
    are `exact`.
    """
    labels = _one_column(where, np.asarray(labels))
    if names is not None:
        names = _distinct(where, names, exact)
    if labels.dtype.kind not in "USO":
        return _encode_numbers(where, whole(where, labels), names)
    texts = clean(where, "labels", labels.tolist())
    known = {text: name_of(text) for text in set(texts)}
    texts = [known[text] for text in texts]
    if names is None:
        names = sorted(_distinct(where, dict.fromkeys(texts), exact), key=natural)
    elif strange := sorted(set(texts) - set(names)):
        if all(text.isdecimal() for text in texts):
            return _encode_numbers(where, np.array(list(map(int, texts))), names)
        raise InputError(f"{where}: label {strange[0]!r} is not among the classes {some(names)}")
    code = {name: i for i, name in enumerate(names)}
    return _encode_numbers(where, np.array([code[text] for text in texts]), names)


def name_of(text: str) -> str:
    """A class as it is called: of a number the shortest digits, of text the composed letters."""
    return number(text) or unicodedata.normalize("NFC", text.strip())


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


def whole(where: str, labels: np.ndarray) -> np.ndarray:
    """Integer labels; NaN and fractions are refused."""
    if labels.dtype.kind in "fu" and (beyond := labels[labels > _LARGEST]).size:
        raise InputError(f"{where}: label {beyond[0]:g} is too large for a class")
    if labels.dtype.kind == "f":
        if np.isnan(labels).any():
            first = int(np.flatnonzero(np.isnan(labels))[0])
            raise InputError(
                f"{where}: {int(np.isnan(labels).sum())} labels are NaN, the first at index {first}"
            )
        if (labels != np.rint(labels)).any():
            wrong = labels[labels != np.rint(labels)][0]
            raise InputError(f"{where}: label {wrong:g} is not a whole number; classes are needed")
        if (labels < -_LARGEST).any():
            raise InputError(f"{where}: label {labels.min():g} is too large for a class")
    elif labels.dtype.kind not in "biu":
        raise InputError(f"{where}: labels of dtype {labels.dtype}; text or integers are needed")
    return labels.astype(np.int64)


def _distinct(where: str, names: Iterable[str], exact: bool) -> list[str]:
    """Names of classes, of which no two are equal, nor may be one unless they are `exact`."""
    distinct = [name_of(str(name)) for name in names]
    if len(set(distinct)) < len(distinct):
        raise InputError(f"{where}: two classes have one name: {some(distinct, 8)}")
    if not exact:
        check_alike(where, say("classes"), distinct)
    return distinct


def _encode_numbers(where: str, codes: np.ndarray, names: Sequence[str] | None) -> Encoded:
    """Codes without gaps, and the names of those that occur."""
    present, inverse = np.unique(codes, return_inverse=True)
    inverse = inverse.astype(np.int64)
    if names is None:
        return inverse, tuple(str(code) for code in present), []
    if present[0] < 0 or present[-1] >= len(names):
        wrong = present[0] if present[0] < 0 else present[-1]
        raise InputError(f"{where}: label {wrong}, but {len(names)} class names: {some(names)}")
    unused = [name for code, name in enumerate(names) if code not in present]
    warnings = [say("no image of {names}", names=some(unused))] if unused else []
    return inverse, tuple(names[code] for code in present), warnings
