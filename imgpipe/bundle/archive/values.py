"""Values of settings as JSON and back, to the last bit and in their own type.

None, truth values, whole numbers, finite floats and texts are JSON's own, a tuple is a list; all
else is an object with one key that says what it is: ``{"dtype": "float32"}``, ``{"float": "inf"}``,
``{"int": "9007199254740993"}``, ``{"array": {"dtype": "bool", "shape": [2], "cells": [0, 1]}}``.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError

# a window of 255 x 255 cells, or as many names as there are families: no setting needs more, and
# what stands in a file is read into memory before a kernel can judge it
MOST_CELLS = 2**16
MOST_ITEMS = 64
LONGEST_TEXT = 200
_EXACT = 2**53  # readers of JSON keep whole numbers up to here
_LARGEST = 2**64
_DTYPES = {
    name: np.dtype(name)
    for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                 "float32", "float64")
}  # fmt: skip
_FLOATS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def to_plain(value: Any, where: str) -> Any:
    """Write a value of a setting.

    Raises
    ------
    InputError
        For a value of another type, and for one that is too long.

    Examples
    --------
    >>> to_plain((3, np.uint8), "size")
    [3, {'dtype': 'uint8'}]
    """
    if isinstance(value, tuple | list):
        if any(isinstance(each, tuple | list) for each in value):
            return to_plain(_rows(value, where), where)
        plain: Any = [to_plain(each, where) for each in value]
    elif isinstance(value, np.ndarray) and value.ndim:
        plain = {"array": _written(value, where)}
    elif isinstance(value, np.dtype) or (isinstance(value, type) and _is_dtype(value)):
        plain = {"dtype": np.dtype(value).name}
    else:
        plain = _scalar(value.item() if isinstance(value, np.generic | np.ndarray) else value)
        if plain is NotImplemented:
            raise InputError(
                f"{where} is of type {type(value).__name__}, which a .imgpipe file does not hold; "
                "keep the model in a .joblib file"
            )
    from_plain(plain, where)  # what is written is read again
    return plain


def from_plain(plain: Any, where: str) -> Any:
    """Read what `to_plain` wrote; an `InputError` for anything else.

    Examples
    --------
    >>> from_plain([3, {"dtype": "uint8"}], "size")
    (3, dtype('uint8'))
    """
    if isinstance(plain, list):
        if len(plain) > MOST_ITEMS:
            raise InputError(f"{where} has {len(plain):,} items; {MOST_ITEMS} are allowed")
        if any(isinstance(each, list) for each in plain):
            raise InputError(f"{where} is a list of lists; it must be one of single values")
        return tuple(from_plain(each, where) for each in plain)
    if isinstance(plain, dict):
        if len(plain) == 1:
            ((kind, content),) = plain.items()
            if kind in _READERS:
                return _READERS[kind](content, where)
        raise InputError(f"{where} is an object of a kind that this imgpipe does not know")
    if isinstance(plain, str) and len(plain) > LONGEST_TEXT:
        raise InputError(f"{where} has {len(plain):,} letters; {LONGEST_TEXT} are allowed")
    if _scalar(plain) != plain or type(plain) not in (NoneType, bool, int, float, str):
        raise InputError(f"{where} is no value that a setting has")
    return plain


NoneType = type(None)


def _scalar(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return {"int": str(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    return value if isinstance(value, NoneType | bool | int | float | str) else NotImplemented


def _rows(value: Any, where: str) -> np.ndarray:
    """Take rows of numbers, a footprint or weights, for an array."""
    try:
        return np.asarray(value)
    except ValueError:
        raise InputError(f"{where} has rows of several lengths") from None


def _is_dtype(kind: type) -> bool:
    try:
        return np.dtype(kind).name in _DTYPES
    except TypeError:
        return False


def _written(array: np.ndarray, where: str) -> dict[str, Any]:
    if array.size > MOST_CELLS:
        raise InputError(
            f"{where} has {array.size:,} cells; a .imgpipe file holds {MOST_CELLS:,} at most: keep "
            "the model in a .joblib file"
        )
    if array.dtype.name not in _DTYPES or not np.isfinite(array).all():
        raise InputError(f"{where} must be an array of finite numbers, and is of {array.dtype}")
    if (
        array.size
        and array.dtype.kind in "iu"
        and any(abs(int(n)) > _EXACT for n in (array.min(), array.max()))
    ):
        raise InputError(f"{where} holds whole numbers beyond 2**53; give it in floats")
    cells = array.view(np.uint8) if array.dtype == bool else array
    name, shape = array.dtype.name, list(array.shape)
    return {"dtype": name, "shape": shape, "cells": np.ravel(cells).tolist()}


def _dtype(content: Any, where: str) -> np.dtype[Any]:
    if not isinstance(content, str) or content not in _DTYPES:
        raise InputError(f"{where} has a dtype that is none of {', '.join(_DTYPES)}")
    return _DTYPES[content]


def _float(content: Any, where: str) -> float:
    if not isinstance(content, str) or content not in _FLOATS:
        raise InputError(f"{where} is a float that is none of {', '.join(_FLOATS)}")
    return _FLOATS[content]


def _int(content: Any, where: str) -> int:
    digits = content.removeprefix("-") if isinstance(content, str) else ""
    if not (0 < len(digits) <= len(str(_LARGEST)) and digits.isascii() and digits.isdigit()):
        raise InputError(f"{where} is no whole number of up to {len(str(_LARGEST))} digits")
    return int(content)


def _array(content: Any, where: str) -> np.ndarray:
    if not isinstance(content, Mapping) or set(content) != {"dtype", "shape", "cells"}:
        raise InputError(f"{where} is an array without dtype, shape or cells")
    dtype, shape, cells = _dtype(content["dtype"], where), content["shape"], content["cells"]
    if not isinstance(shape, list) or not all(
        type(n) is int and 0 <= n <= MOST_CELLS for n in shape
    ):
        raise InputError(f"{where} is an array without a shape")
    if not isinstance(cells, list) or not len(cells) <= MOST_CELLS or not len(shape) <= 4:
        raise InputError(f"{where} is an array of more than {MOST_CELLS:,} cells or 4 axes")
    if math.prod(shape) != len(cells):
        raise InputError(f"{where} has {len(cells):,} cells, which is not what its shape says")
    kinds = (int, float) if dtype.kind == "f" else (int,)
    if not all(type(cell) in kinds for cell in cells):
        raise InputError(f"{where} holds what is no number of {dtype}")
    if dtype.kind == "f":
        high: float = float(np.finfo(dtype).max)
        low: float = -high
    else:
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if not all(low <= cell <= high for cell in cells):
        raise InputError(f"{where} holds a number that is beyond {dtype}")
    return np.array(cells, dtype).reshape(shape)


_READERS = {"dtype": _dtype, "float": _float, "int": _int, "array": _array}
