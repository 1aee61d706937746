"""Which axis a separable filter takes first: floats come out as in `imgpipe.kernels` only so."""

import numpy as np

from imgpipe.bundle.single_graph.plane import Plane

# lines shorter than this are turned: the longest axis is taken last
_SHORT = 16


def axes_in_turn(plane: Plane) -> tuple[int, int]:
    """Give the axes in the order of the kernels: rows are added up first, unless they are short."""
    shape = (*plane.shape, 3) if plane.channel_last else plane.shape
    longest = int(np.argmax(shape))
    turned = shape[-1] < _SHORT and shape[longest] >= 2 * shape[-1]
    return (1, 0) if turned and longest == 0 else (0, 1)
