"""Gray levels inside a graph are those of `imgpipe.features`."""

from typing import Any

import numpy as np
import pytest
from awkward_images import awkward
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from imgpipe._common import InputError
from imgpipe._runtime.onnx_runtime import onnxruntime
from imgpipe.bundle.single_graph.image import MeasuredImage
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.features.inputs.prepare import prepare_one
from imgpipe.features.inputs.settings import ExtractionPlan, settings_from
from imgpipe.learn.graphs.graph import Graph

WANTED = ("values", "levels", "n_levels", "valid")
SETTINGS: list[dict[str, Any]] = [
    {},
    {"bins": 7},
    {"bins": 4096},
    {"bin_width": 25.0},
    {"bin_width": 0.1, "low": -3.5},
    {"bin_width": 2.3},
    {"bin_width": 1 / 3},
    {"bin_width": np.pi, "low": 1 / 3 - 1},
    {"bins": None},
]
SESSIONS: dict[Any, Any] = {}


def in_graph(image: np.ndarray, **settings: Any) -> dict[str, Any]:
    """Run a graph of nothing but the pixels, their levels and whether they are valid."""
    key = (image.shape, image.dtype.name, *settings.items())
    if key not in SESSIONS:
        SESSIONS[key] = session_of(image.shape, image.dtype, **settings)
    names, session = SESSIONS[key]
    found = session.run([name for name in names.values() if name], {"image": image})
    return dict(zip([what for what in WANTED if names[what]], found, strict=True))


def session_of(shape: tuple[int, ...], dtype: np.dtype, **settings: Any) -> tuple[Any, Any]:
    """Names of what is wanted, and a session that gives it."""
    from onnx import ValueInfoProto, helper

    graph = Graph()
    planes = [graph.add("Cast", ["image"], to=11)]
    if len(shape) == 3:
        at = [graph.constant(np.int64(c)) for c in range(3)]
        planes = [graph.add("Gather", [planes[0], c], axis=2) for c in at]
    plan = ExtractionPlan(settings_from(**settings), 2, 3 if len(shape) == 3 else None)
    image = MeasuredImage(graph, [Plane(name, shape[:2], dtype) for name in planes], plan)
    names = {what: getattr(image, what) for what in WANTED}
    pixels = helper.make_tensor_value_info("image", helper.np_dtype_to_tensor_dtype(dtype), shape)
    results = [ValueInfoProto(name=name) for name in names.values() if name]
    made = helper.make_graph(graph.nodes, "levels", [pixels], results, graph.tensors)
    opsets = [helper.make_opsetid("", 17)]
    content = helper.make_model(made, opset_imports=opsets, ir_version=9).SerializeToString()
    ort = onnxruntime("a test")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return names, ort.InferenceSession(content, options)


def check(image: np.ndarray, **settings: Any) -> None:
    """Compare with `imgpipe.features`, to the last bit."""
    axis = None if image.ndim == 2 else 2
    found = in_graph(image, **settings)
    try:
        batch, _ = prepare_one(image, channel_axis=axis, **settings)
        levels, highest = batch.levels[0, 0], batch.n_levels[0]
    except InputError:
        assert not found["valid"]
        assert found["levels"].min() >= 1
        assert found["levels"].max() <= 4097
        return
    assert found.get("valid", True)
    np.testing.assert_array_equal(found["values"], batch.values[0, 0])
    np.testing.assert_array_equal(found["levels"], levels)
    assert found["n_levels"] == highest


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("shape", [(12, 9), (6, 5, 3), (1, 2)], ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_levels_are_those_of_features(
    dtype: str, shape: tuple[int, ...], settings: dict[str, Any]
) -> None:
    """Values, levels and their number are equal to the last bit; what is refused is not valid."""
    for image in awkward(shape, dtype):
        check(image, **settings)


@given(
    st.data(),
    st.sampled_from([(4, 5), (4, 4, 3)]),
    st.sampled_from([*SETTINGS, {"bin_width": 0.0123}, {"bins": 10}]),
)
@example_settings(max_examples=150, deadline=None)
def test_whole_numbers(data: st.DataObject, shape: tuple[int, ...], settings: Any) -> None:
    """Whatever the whole numbers, gray or colour, levels are equal."""
    most = data.draw(st.sampled_from([3, 40, 255, 65535]))
    check(data.draw(arrays(np.uint16, shape, elements=st.integers(0, most))), **settings)


@pytest.mark.parametrize(
    "settings", [{"range": (0, 9)}, {"outliers": 3.0}, {"resampling": 1}], ids=str
)
def test_resegmentation_is_refused(settings: dict[str, Any]) -> None:
    """What leaves pixels out, or makes others of them, is refused by name."""
    with pytest.raises(InputError, match=f"features with {next(iter(settings))}"):
        session_of((4, 4), np.dtype("uint8"), **settings)
