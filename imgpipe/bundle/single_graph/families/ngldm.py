"""Features of neighbouring gray level dependence matrices as ONNX."""

import numpy as np

from imgpipe.bundle.single_graph.counting import sum_of
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.texture.averaging import averaged
from imgpipe.bundle.single_graph.texture.counts import count_features
from imgpipe.bundle.single_graph.texture.gray import levels_of, neighbours, top_of
from imgpipe.features.inputs.settings import ZONE_AGGREGATIONS
from imgpipe.features.ngldm import DEFINITIONS

_COLUMNS = 10  # up to nine alike, and none


def write(image: MeasuredImage) -> str:
    """Append the features for each aggregation."""
    top = top_of(image, "ngldm", lambda bins: bins * _COLUMNS)
    levels, n = levels_of(image), len(DEFINITIONS)
    around = neighbours(levels, image.shape)
    alike = sum_of([near.equals(levels).to("int64") for near in around]) + np.int64(1)
    places = (levels * np.int64(_COLUMNS) + alike).shaped(-1)
    features = count_features([places], 1, top, _COLUMNS, [image.n_pixels], n)
    codes = image.plan.aggregations(ZONE_AGGREGATIONS)
    return averaged(features, [(0, 1)] * len(codes), n).name
