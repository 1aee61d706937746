"""What lets NumPy take an image for its pixels."""

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class ArrayLike(NDArrayOperatorsMixin):
    """Give `numpy.asarray`, operators and the attributes of an array their meaning on `pixels`."""

    @property
    def _array(self) -> np.ndarray:
        """The pixels, where they are at hand; an AttributeError where they are not."""
        return self.__dict__["pixels"]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.pixels, dtype, copy=copy)

    @property
    def __array_interface__(self) -> Any:
        # what Pillow asks for; with strides it copies, and asks for no buffer
        return {**self.pixels.__array_interface__, "strides": self.pixels.strides}

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        plain = [x.pixels if isinstance(x, ArrayLike) else x for x in inputs]
        return getattr(ufunc, method)(*plain, **settings)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "pixels" or not hasattr(np.ndarray, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._array, name)


def sliding_axes(ndim: int, first: int, channel_axis: int | None) -> tuple[int, ...]:
    """List the axes that a kernel slides along: neither the stack's nor the channels'."""
    axes = list(range(first, ndim))
    if channel_axis is not None:
        del axes[channel_axis]
    return tuple(axes)
