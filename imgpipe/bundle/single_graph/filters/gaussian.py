"""Gaussian smoothing."""

from collections.abc import Mapping
from typing import Any

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.filters.arguments import arguments_of
from imgpipe.bundle.single_graph.filters.weighted import weighted
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.kernels.separable.gaussians import gaussian_lines, orders_of
from imgpipe.kernels.separable.plan import weighting_dtypes
from imgpipe.kernels.windows.window import spread
from imgpipe.learn.graphs.graph import Graph


def gaussian(graph: Graph, plane: Plane, settings: Mapping[str, Any]) -> Plane:
    """Append `imgpipe.kernels.gaussian`.

    It gives the kernel's own bits where that computes in single precision and reaches 16 pixels at
    most; beyond, an integer may be off by one where the exact value lies within single precision's
    rounding of a tie. NaN and infinities come out as there, values above 1e38 may give infinity.
    """
    given, output = arguments_of("gaussian", plane, settings)
    if any(orders_of(given["order"], 2)):
        raise InputError(
            f"gaussian: derivatives (order={given['order']!r}) cannot be exported as one graph; "
            "order=0 can, which smooths"
        )
    lines = gaussian_lines(given["sigma"], given["truncate"], given["radius"], 2)
    window = spread(2, (0, 1), [line.size for line in lines], 0, given["mode"])
    dtypes = weighting_dtypes(plane.dtype, output, given["cval"], window)
    return weighted(graph, plane, window, lines, dtypes, output)
