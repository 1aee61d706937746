"""Filters as ONNX, one a file: an entry a kernel or step that `imgpipe export` can write."""

from collections.abc import Callable, Mapping
from typing import Any

from imgpipe.bundle.single_graph.filters.dilation import dilation
from imgpipe.bundle.single_graph.filters.erosion import erosion
from imgpipe.bundle.single_graph.filters.gamma import gamma
from imgpipe.bundle.single_graph.filters.gaussian import gaussian
from imgpipe.bundle.single_graph.filters.gradient import gradient
from imgpipe.bundle.single_graph.filters.mean import mean
from imgpipe.bundle.single_graph.filters.median import median
from imgpipe.bundle.single_graph.filters.opening import closing, opening
from imgpipe.bundle.single_graph.filters.top_hat import black_tophat, white_tophat
from imgpipe.bundle.single_graph.filters.window import window
from imgpipe.bundle.single_graph.filters.zscore import zscore
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.learn.graphs.graph import Graph

FILTERS: dict[str, Callable[[Graph, Plane, Mapping[str, Any]], Plane]] = {
    "black_tophat": black_tophat,
    "closing": closing,
    "dilation": dilation,
    "erosion": erosion,
    "gamma": gamma,
    "gaussian": gaussian,
    "gradient": gradient,
    "mean": mean,
    "median": median,
    "opening": opening,
    "white_tophat": white_tophat,
    "window": window,
    "zscore": zscore,
}
"""``write(graph, plane, settings)`` appends nodes and gives what comes out."""
