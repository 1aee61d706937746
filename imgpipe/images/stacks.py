"""Images as the one array that a network takes: of those with masks, what lies around these."""

from typing import Any

import numpy as np

from imgpipe._common import ImageError, InputError
from imgpipe.images.images import Images
from imgpipe.images.region import cropped

_LARGEST = 1e37  # the difference of two such values is still a float32


def stacked(X: Any, name: str = "X") -> np.ndarray:
    """Make one array of all images, which must have one shape; of those with masks, crops.

    Raises
    ------
    InputError
        For images of several sizes.
    """
    if isinstance(X, Images) and X.is_stack and not X.masked_any:
        return X.pixels
    if isinstance(X, Images):
        X = [cropped(image) for image in X]
    if isinstance(X, np.ndarray) and X.dtype != object:
        return X
    arrays = [np.asarray(X[i]) for i in range(len(X))]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        found = ", ".join("x".join(map(str, shape)) for shape in sorted(shapes)[:3])
        raise InputError(
            f"{name} holds images of {len(shapes)} sizes ({found}, ...); a network needs one: "
            "resize them (size=..., --size)"
        )
    return np.stack(arrays)


def computable(stack: np.ndarray, name: str = "X") -> np.ndarray:
    """Give pixels in a type that networks compute with: uint8, int32 or float32.

    Raises
    ------
    InputError
        For complex or object pixels, NaN or infinity; it names the first image concerned.
    """
    kind = stack.dtype.kind
    if kind == "b" or stack.dtype == np.uint8:
        return stack.astype(np.uint8, copy=False)
    if (kind in "iu" and stack.dtype.itemsize <= 2) or stack.dtype == np.int32:
        return stack.astype(np.int32)
    if kind in "iu":
        return stack.astype(np.float32)
    if kind != "f":
        raise InputError(f"{name} has pixels of type {stack.dtype}; give integers or floats")
    for at in range(len(stack)):
        if not np.isfinite(stack[at]).all():
            raise ImageError("{image} holds NaN or infinity; mend it or leave it out", at, name)
        if float(np.abs(stack[at]).max()) > _LARGEST:
            raise ImageError(
                f"{{image}} holds values beyond {_LARGEST:g}; scale the images down", at, name
            )
    return stack.astype(np.float32, copy=False)
