"""Another size in pixels."""

from typing import Any

from imgpipe.enhance.step.carried import as_image, like
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.step.numbers import whole
from imgpipe.images.region import resized


def resize(image: Any, size: Any) -> Any:
    """Scale an image to a size in pixels, antialiased (`imgpipe.images.resize`).

    Parameters
    ----------
    image : Image or array_like
        An array is a gray image or volume.
    size : int or tuple of int
        New length of y and x: one number for both (the aspect ratio is then not kept), or one for
        each; three for a volume, whose slices are else scaled one by one.

    Returns
    -------
    Image or ndarray
        The same dtype and unit. Spacing, mask and place are those of the new pixels; of labels in
        a mask the nearest is taken.

    Raises
    ------
    InputError
        If a size is not a positive integer, or there are more sizes than axes.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.enhance import resize
    >>> from imgpipe.images import Image
    >>> resize(Image(np.zeros((8, 6)), spacing=(1, 1)), 4).spacing
    (2.0, 1.5)
    """
    _check(size)
    return like(image, resized(as_image(image), size))


def _check(size: Any) -> None:
    for each in size if isinstance(size, tuple | list) else (size,):
        whole("size", each, 1, 2**14)


def _shape_after(shape: tuple[int, ...], _: Any, size: Any) -> tuple[int, ...]:
    sizes = tuple(size) if isinstance(size, tuple | list) else (size, size)
    return (*shape[: len(shape) - len(sizes)], *sizes)


STEP = Enhancement(
    resize,
    "another size in pixels",
    keeps_size=False,
    check=_check,
    shape_after=_shape_after,
    trial={"size": 16},
)
