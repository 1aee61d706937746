"""What averaging kernels read, compute in and write."""

from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe.kernels.plans.dtypes import loop_dtype, real_cval

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)
# float32 can hold larger values, but not their sums
_MOST_SINGLE = 1e37


class Averaging(NamedTuple):
    """Dtypes of an averaging loop, and the value beyond the border (0 where none is read).

    Pixels are bytes for bool, and float64 for integers of more than 16 bits, which are summed so
    anyhow: one loop less to compile for each.
    """

    pixel: np.dtype[Any]
    accumulator: np.dtype[Any]
    written: np.dtype[Any]
    border: float

    def with_border_as_pixel(self) -> "Averaging":
        """Return the same in float64 where the border's value cannot be a pixel."""
        if not np.isfinite(self.border) or self._holds_border():
            return self
        return self._replace(pixel=_F64, accumulator=_F64)

    def _holds_border(self) -> bool:
        if self.pixel.kind == "f":
            return self.pixel == _F64 or abs(self.border) < _MOST_SINGLE
        info = np.iinfo(self.pixel)
        return self.border == int(self.border) and info.min <= self.border <= info.max


def averaging(dtype: np.dtype[Any], output: np.dtype[Any], cval: Any, constant: bool) -> Averaging:
    """Check dtypes and `cval`, which is read where `constant`, and return what suits them."""
    written, accumulator = averaging_dtypes(dtype, output)
    value = float(real_cval(cval))
    if output.kind != "f" and not np.isfinite(value):
        raise InputError(f"cval must be finite where the output is {output}, got {cval!r}")
    pixel = loop_dtype(dtype)
    if pixel.kind in "iu" and pixel.itemsize > 2:
        pixel, accumulator = _F64, _F64
    return Averaging(pixel, accumulator, written, value if constant else 0.0)


def averaging_dtypes(
    image: np.dtype[Any], output: np.dtype[Any]
) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """Return what an averaging loop writes and what it computes in.

    Loops round 8- and 16-bit integers themselves; for any other integer they write float64.
    Weighted sums of 16-bit integers choose float32 for themselves where the weights allow it.
    """
    if output.kind == "b" or (image.kind == "b" and output.kind != "f"):
        raise TypeError(
            "averages of a bool image, or stored as bool, lose their meaning: pass "
            "output=np.float32 or cast first, as in image.astype(np.uint8)"
        )
    small = image.kind in "iu" and image.itemsize <= 2
    written = output if output.kind == "f" or (small and output == image) else _F64
    single = image.itemsize == 1 or image == _F32 or (small and output == _F32)
    return written, _F32 if single and output != _F64 and written != _F64 else _F64


def signed_output(output: Any, dtype: np.dtype[Any]) -> Any:
    """Return `output`, by default a float dtype: differences have signs, and fractions."""
    if output is not None or dtype.kind == "f":
        return output
    return _F32 if dtype.itemsize <= 2 else _F64
