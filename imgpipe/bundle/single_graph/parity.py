"""The gate: a file appears only if onnxruntime alone says of images what the bundle says."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._runtime.onnx_runtime import onnxruntime
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.refusing import Foreign
from imgpipe.bundle.inference.selftest import features_apart
from imgpipe.bundle.inference.selftest_images import made_up_images
from imgpipe.bundle.single_graph.assembled import Assembled, fitted_part
from imgpipe.images import Image, Images
from imgpipe.learn.graphs.graph import require_onnx
from imgpipe.learn.trained import TrainedModel

TOLERANCE = 1e-5
"""Of a probability, and of a feature as a share of its size."""
_IMAGES = 6
_MOST_PIXELS = 2**22  # of all images together
_SILENT = 4  # onnxruntime's level of messages: errors become exceptions


@dataclass(frozen=True)
class Parity:
    """Largest differences between a graph and its bundle, over some made-up images.

    `difference` is that of a probability, `features` that of a feature as a share of its size, None
    for a network.
    """

    images: int
    difference: float
    features: float | None


def session_of(content: bytes) -> Any:
    """Open a graph as one does who has nothing but onnxruntime, in one thread."""
    runtime = onnxruntime("ONNX export")
    options = runtime.SessionOptions()
    options.log_severity_level = _SILENT
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def checked(made: Assembled, bundled: Bundled, model: TrainedModel) -> Parity:
    """Compare a graph with the bundle that it was made of.

    Both look at made-up images and at flat ones, whose features are compared, too: a machine of
    radial functions says one thing of all images that are unlike those of the training. What stands
    behind the features is also asked of the made-up rows that the bundle's self-test has.

    Raises
    ------
    InputError
        If a label differs, or a probability or a feature by more than the tolerance.
    """
    images = _images(model)
    found = [_judged(model, image) for image in images]
    if any(each.said is None for each in found):
        images.append(_coarse(images[0]))
        found.append(_judged(model, images[-1]))
    said, measured = _of_graph(made, images)
    usable = [i for i, each in enumerate(found) if each.said is not None]
    refused = np.delete(np.arange(len(images)), usable)
    if not usable:
        raise Foreign(
            "the graph cannot be compared with the bundle, which refuses all images that are made "
            "up for that. Nothing was written; predict with the bundle, and report this"
        )
    if not np.isnan(said[refused]).all():
        raise _differs("the bundle refuses an image that it judges")
    apart = None if measured is None else _features_apart(model, measured, found)
    expected = np.concatenate([found[i].said for i in usable])
    worst = _compare(_of_classes(model, expected), said[usable], "images")
    points = bundled.arrays.get("selftest.points")
    if points is not None:
        told = _of_rows(fitted_part(bundled), points)
        worst = max(worst, _compare(model.pipeline.classify(points), told, "rows of features"))
    return Parity(len(images), worst, apart)


def _images(model: TrainedModel) -> list[np.ndarray]:
    """Blobs under noise, the last of them upside down and in one gray."""
    count = max(1, min(_IMAGES, _MOST_PIXELS // math.prod(model.image_shape)))
    pixels = [image.pixels for image in made_up_images(model, count)]
    last = pixels[-1]
    return [*pixels, np.ascontiguousarray(last[::-1]), np.full_like(last, last.flat[0])]


def _coarse(pixels: np.ndarray) -> np.ndarray:
    """Give an image in the whole numbers from 1 to 16: few levels, whatever the width of a bin."""
    low = pixels.astype(np.float64) - float(pixels.min())
    return (1 + low * (15 / max(float(low.max()), 1e-300))).round().astype(pixels.dtype)


class _Judged(NamedTuple):
    """Features and probabilities of an image, (1, .) each; None where the bundle refuses it."""

    measured: np.ndarray | None
    said: np.ndarray | None


def _judged(model: TrainedModel, pixels: np.ndarray) -> _Judged:
    measured = None
    try:
        measured = model.pipeline.measure(Images([Image(pixels, model.channel_axis)]))
        return _Judged(measured, model.pipeline.classify(measured))
    except InputError:
        return _Judged(measured, None)


def _features_apart(model: TrainedModel, measured: np.ndarray, found: list[_Judged]) -> float:
    """Give the largest difference of two features; refuse more than the tolerance."""
    own = [i for i, each in enumerate(found) if each.measured is not None]
    expected = [each.measured for each in found if each.measured is not None]
    apart = features_apart(model, measured[own], np.concatenate(expected))
    if not apart <= TOLERANCE:
        raise _differs(f"a feature differs by a share of {apart:.1e}; {TOLERANCE:g} is allowed")
    return apart


def _of_graph(made: Assembled, images: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray | None]:
    """Probabilities and features that a graph gives."""
    names = ["probabilities"] if made.features is None else ["probabilities", made.features]
    session = session_of(made.content if made.features is None else _telling(made))
    found = [session.run(names, {"image": image}) for image in images]
    said, *measured = (np.stack(each) for each in zip(*found, strict=True))
    return said, measured[0] if measured else None


def _telling(made: Assembled) -> bytes:
    """Make the features an output, too."""
    onnx = require_onnx()
    whole = onnx.load_from_string(made.content)
    value = onnx.helper.make_tensor_value_info(made.features, onnx.TensorProto.DOUBLE, None)
    whole.graph.output.append(value)
    content: bytes = whole.SerializeToString()
    return content


def _of_rows(content: bytes, rows: np.ndarray) -> np.ndarray:
    session = session_of(content)
    return np.concatenate([session.run(None, {"features": row[None]})[0] for row in rows])


def _of_classes(model: TrainedModel, shares: np.ndarray) -> np.ndarray:
    """Give every class its column."""
    found = np.zeros((len(shares), len(model.classes)))
    found[:, model.pipeline.classes_] = shares
    return found


def _compare(expected: np.ndarray, found: np.ndarray, what: str) -> float:
    """Refuse probabilities that differ, and give the largest difference."""
    difference = float(np.abs(found - expected).max())
    called = found.argmax(axis=1)
    lead = expected.max(axis=1) - expected[np.arange(len(expected)), called]
    if (lead > TOLERANCE).any():  # of two that tie, rounding may choose
        raise _differs(f"of {len(expected)} {what}, {(lead > TOLERANCE).sum()} get another class")
    if not difference <= TOLERANCE:  # NaN is no agreement
        raise _differs(
            f"on {len(expected)} {what} a probability differs by {difference:.1e}; "
            f"{TOLERANCE:g} is allowed"
        )
    return difference


def _differs(how: str) -> InputError:
    return Foreign(
        f"the graph does not say what the bundle says: {how}. Nothing was written; predict with "
        "the bundle, and report this"
    )
