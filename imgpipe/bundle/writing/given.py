"""What is given to be saved, as a `TrainedModel` whose parts fit together."""

import os
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.pipeline import BundledPipeline
from imgpipe.bundle.predictor import Predictor
from imgpipe.images import Image, Images
from imgpipe.learn.trained import TrainedModel

PARTS = ("pipeline", "classes", "channel_axis", "image_shape", "dtype", "size")


def as_trained(
    model: Any, path: str | os.PathLike[str], classes: Sequence[str] | None, sample: Any
) -> TrainedModel:
    """Take a model as `learn.fit` gives it, or note of a pipeline what it cannot say itself."""
    if isinstance(model, Predictor):
        model = model.model
    if not isinstance(model, TrainedModel):
        model = _described(model, classes, sample)
    elif classes is not None or sample is not None:
        raise InputError("classes and sample describe a pipeline; a TrainedModel knows its own")
    if isinstance(model.pipeline, BundledPipeline):
        raise InputError(
            f"{path} is not written: the model was read from a .imgpipe file, which is all of it; "
            "copy that file"
        )
    parts = (*PARTS, "trained_on")
    check_parts(f"{path} is not written", {name: getattr(model, name) for name in parts})
    return model


def _described(pipeline: Any, classes: Sequence[str] | None, sample: Any) -> TrainedModel:
    """Note of a pipeline what it cannot say itself."""
    codes = getattr(pipeline, "classes_", None)
    if codes is None or sample is None:
        kind = type(pipeline).__name__
        lacking = (
            f"a fitted pipeline, and this is a {kind}"
            if codes is None
            else "sample=, one image as it was fitted on"
        )
        raise InputError(f"a model to save needs {lacking}")
    if np.asarray(codes).dtype.kind not in "iu":
        raise InputError(
            f"the pipeline was fitted on the labels {', '.join(map(str, codes))}; fit it on codes "
            "0, 1, ... and give their names as classes="
        )
    if not hasattr(pipeline, "predict_proba"):
        raise InputError(f"{_last(pipeline)} gives no probabilities: it has no predict_proba")
    names = map(str, codes if classes is None else classes)
    settings = pipeline.get_params(deep=True).items()
    colour = any(k.split("__")[-1] == "channel_axis" and v is not None for k, v in settings)
    channel_axis = -1 if colour else None
    images = _images(sample, channel_axis)
    pixels = np.asarray(images[0].pixels)
    for number, image in enumerate(images):
        if (image.pixels.shape, image.pixels.dtype) != (pixels.shape, pixels.dtype):
            raise InputError(
                f"sample[{number}] has the shape {image.pixels.shape} and the dtype "
                f"{image.pixels.dtype}, the first has {pixels.shape} and {pixels.dtype}; a model "
                "takes images of one kind"
            )
    return TrainedModel(
        pipeline, tuple(names), channel_axis, pixels.shape, str(pixels.dtype), sample=images
    )


def _last(pipeline: Any) -> str:
    """Name the classifier at the end."""
    steps = getattr(pipeline, "steps", None)
    return type(steps[-1][1] if steps else pipeline).__name__


def _images(sample: Any, channel_axis: int | None) -> Images:
    """Take one image, or several in a list; an array is one image."""
    one = isinstance(sample, np.ndarray | Image)
    if not one and not (isinstance(sample, Sequence) and len(sample)):
        raise InputError(
            f"sample is of type {type(sample).__name__}; give an image as the pipeline was fitted "
            "on, or a list of some"
        )
    if one and np.ndim(getattr(sample, "pixels", sample)) < 2:
        raise InputError(f"sample has {np.ndim(sample)} axes, and is no usable image")
    images = sample if isinstance(sample, Images) else Images([sample] if one else sample)
    return Images(images, channel_axis=channel_axis)


def check_parts(where: str, content: Mapping[str, Any], way_out: str = "") -> None:
    """Refuse parts that no training gives."""
    classes, shape, size = content["classes"], content["image_shape"], content["size"]
    sound = {
        "classes": _is_tuple_of(str, classes) and len(set(classes)) == len(classes) > 0,
        "channel_axis": content["channel_axis"] in (None, -1),
        "image_shape": _is_tuple_of(int, shape) and len(shape) in (2, 3) and min(shape) > 0,
        "dtype": isinstance(content["dtype"], str),
        "size": size is None or _is_size(size),
        "trained_on": content.get("trained_on") is None or _is_tuple_of(str, content["trained_on"]),
        "warnings": _is_tuple_of(str, content.get("warnings", ())),
        "card": isinstance(content.get("card"), dict | NoneType),
    }
    codes: Any = getattr(content["pipeline"], "classes_", None)
    sound["pipeline"] = codes is not None and hasattr(content["pipeline"], "predict_proba")
    wrong = [name for name, good in sound.items() if not good]
    if wrong:
        raise InputError(f"{where}: no usable {', '.join(wrong)}{way_out}")
    if not all(isinstance(c, int | np.integer) and 0 <= c < len(classes) for c in codes):
        raise InputError(
            f"{where}: {len(classes)} class names for a pipeline with the codes "
            f"{', '.join(map(str, codes))}{way_out}"
        )


def _is_size(size: Any) -> bool:
    pair = size if isinstance(size, tuple) and len(size) == 2 else (size,)
    return _is_tuple_of(int, pair) and min(pair) > 0


def _is_tuple_of(kind: type, values: Any) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, kind) for value in values)
