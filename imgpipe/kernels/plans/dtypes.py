"""Images and outputs at the public door: which dtypes, computed in what, how they are stored."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from imgpipe._common import InputError

Array = NDArray[Any]

DTYPES = tuple(
    np.dtype(kind) for kind in (bool, "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
)
_KNOWN = {dtype: dtype for dtype in DTYPES}
_CASTS = {
    "f": "image.astype(np.float32)",
    "g": "image.astype(np.float64)",
    "c": "np.abs(image) or image.real",
    "O": "np.asarray(image, dtype=np.float64)",
}


def as_image(image: Any) -> Array:
    """Return `image` as a native, C-ordered, writable array of 1 to 4 axes, a copy if need be."""
    plain = type(image) is np.ndarray and image.flags.carray and 1 <= image.ndim <= 4
    if plain and _KNOWN.get(image.dtype) is image.dtype:
        return image
    if isinstance(image, np.ma.MaskedArray) and np.ma.is_masked(image):
        raise InputError(
            "image has masked pixels, which no kernel looks at: pass image.filled(...)"
        )
    array = np.asarray(image)
    dtype = supported(array.dtype, "image")
    if not 1 <= array.ndim <= 4:
        raise InputError(f"image must have 1 to 4 axes, got shape {array.shape}")
    # read-only arrays are a type of their own to Numba: a copy is cheaper than compiling again
    if array.dtype.char == dtype.char and array.flags.carray and array.dtype.isnative:
        return array
    return np.array(array, dtype=dtype, order="C")


def supported(dtype: np.dtype[Any], name: str) -> np.dtype[Any]:
    """Return the native form of a dtype that kernels take, or raise TypeError with a cast."""
    native = dtype.newbyteorder("=")
    known = _KNOWN.get(native)
    if known is not None:
        return known
    cast = _CASTS.get("g" if native.char == "g" else native.kind, "image.astype(np.float64)")
    raise TypeError(
        f"{name} has dtype {dtype}; kernels take bool, int8 to int64, uint8 to uint64, float32 "
        f"and float64: cast first, as in {cast.replace('image', name)}"
    )


def output_dtype(output: Any, image: Array) -> np.dtype[Any]:
    """Check `output` (None, a dtype or an array) and return the dtype that it asks for."""
    if output is None:
        return image.dtype
    if isinstance(output, np.ndarray):
        if output.dtype is image.dtype and output.shape == image.shape and output.flags.carray:
            return image.dtype
        if output.shape != image.shape:
            raise InputError(f"output has shape {output.shape}, the image {image.shape}")
        if not output.flags.writeable:
            raise InputError("output is read-only")
        return supported(output.dtype, "output")
    try:
        asked = np.dtype(output)
    except TypeError:
        raise InputError(
            f"output must be an array or a dtype, got {type(output).__name__}"
        ) from None
    return supported(asked, "output")


def target(output: Any, image: Array, dtype: np.dtype[Any]) -> Array:
    """Return the array a loop may write: the caller's `output` where it fits, else a fresh one."""
    plain = type(output) is np.ndarray and output.dtype is dtype and output.flags.carray
    return output if plain and _apart(output, image) else np.empty(image.shape, dtype)


def _apart(one: Array, other: Array) -> bool:
    """Tell whether two arrays share no memory; arrays that own theirs need no long look."""
    owners = one.base is None and other.base is None
    return one is not other if owners else not np.may_share_memory(one, other)


def deliver(result: Array, output: Any, dtype: np.dtype[Any]) -> Array:
    """Return `result` in the array or dtype that was asked for, rounded and saturated."""
    if result is output:
        return result
    values = converted(result, dtype)
    if isinstance(output, np.ndarray):
        np.copyto(output, values)
        return output
    return values


def converted(values: Array, dtype: np.dtype[Any]) -> Array:
    """Cast to `dtype`: integers are rounded to nearest even and saturated, NaN becomes 0."""
    if values.dtype == dtype:
        return values
    if dtype.kind in "fb":
        with np.errstate(over="ignore"):
            return values.astype(dtype)
    info = np.iinfo(dtype)
    if values.dtype.kind == "b":
        return values.astype(dtype)
    if values.dtype.kind in "iu":
        own = np.iinfo(values.dtype)
        return np.clip(values, max(own.min, info.min), min(own.max, info.max)).astype(dtype)
    rounded = np.rint(values)
    # float(2**63 - 1) is 2**63: whatever is below it fits, whatever is not saturates
    above, below = rounded >= float(info.max), rounded <= float(info.min)
    rounded[above | below | np.isnan(rounded)] = 0
    out = rounded.astype(dtype)
    out[above], out[below] = info.max, info.min
    return out


def limits(dtype: np.dtype[Any]) -> tuple[float, float] | tuple[None, None]:
    """Lowest and highest value for loops that round; None, None for loops that write floats."""
    if dtype.kind == "f":
        return None, None
    info = np.iinfo(dtype)
    return float(info.min), float(info.max)


def as_bits(array: Array) -> Array:
    """View bool as uint8, which orders and copies alike; other dtypes stay."""
    return array.view(np.uint8) if array.dtype.kind == "b" else array


def loop_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype of what `as_bits` gives loops to read."""
    return np.dtype(np.uint8) if dtype.kind == "b" else dtype


def exact_cval(cval: Any, dtype: np.dtype[Any]) -> Any:
    """Return `cval` as a scalar of `dtype`, or raise where the dtype cannot hold it."""
    value = real_cval(cval)
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            held = dtype.type(value)
        fits = np.isfinite(held) or not np.isfinite(value)
    else:
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        fits = value == value and low <= value <= high and value == int(value)
        held = dtype.type(int(value)) if fits else None
    if not fits:
        raise InputError(f"cval must be a value that {dtype} can hold, got {cval!r}")
    return np.uint8(held) if dtype.kind == "b" else held


def real_cval(cval: Any) -> Any:
    """Return `cval` as a Python number: integers stay exact, all else becomes a float."""
    if isinstance(cval, int):
        if abs(cval) >= 2**1023:
            raise InputError(
                "cval must be a number that a float can hold, got an integer beyond 2**1023"
            )
        return cval
    try:
        scalar = np.asarray(cval)
        if scalar.ndim or scalar.dtype.kind not in "biuf":
            raise TypeError
        return scalar[()].item()
    except (TypeError, ValueError):
        raise InputError(f"cval must be one real number, got {cval!r}") from None


def real_weights(weights: Any, ndim: int) -> Array:
    """Return `weights` as a new float64 array with `ndim` dimensions."""
    array = np.asarray(weights)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"weights have dtype {array.dtype}; they must be real numbers")
    if array.ndim != ndim or not array.size:
        raise InputError(
            f"weights must have one dimension per filtered axis ({ndim}) and at least one cell, "
            f"got shape {array.shape}"
        )
    values = np.array(array, np.float64)
    if not np.isfinite(values).all():
        raise InputError("weights must be finite")
    with np.errstate(over="ignore"):
        if not np.isfinite(np.abs(values).sum()):
            raise InputError("weights are so large that their sum is infinite: scale them down")
    return values
