"""Trained models as joblib files: what is in them, and why reading one needs trust."""

import os
import zlib
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, atomic_path
from imgpipe.bundle.old_names import OLD_ROOM, known_again
from imgpipe.bundle.predictor import Predictor

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel

_FORMAT = "imgpipe-joblib"
_PARTS = ("pipeline", "classes", "channel_axis", "image_shape", "dtype", "size")


def as_trained(model: Any, classes: Sequence[str] | None, sample: Any) -> "TrainedModel":
    """Take a model as `learn.fit` gives it, or note of a pipeline what it cannot say itself."""
    from imgpipe.learn import TrainedModel

    if not isinstance(model, TrainedModel):
        return _described(model, classes, sample)
    if classes is not None or sample is not None:
        raise InputError("classes and sample describe a pipeline; a TrainedModel knows its own")
    return model


def dump(
    model: "TrainedModel", path: str | os.PathLike[str], card: Mapping[str, Any] | None
) -> None:
    """Write a model and its card."""
    import joblib

    import imgpipe

    content = {name: getattr(model, name) for name in (*_PARTS, "trained_on", "region")}
    for name in ("cases", "summary"):
        kept = getattr(model, name)
        content[name] = None if kept is None else kept.to_dict()
    _check_parts(f"{path} is not written", content, "")
    content = {"format": _FORMAT, "version": imgpipe.__version__, **content}
    if card is not None:
        content["card"] = dict(card)
    with atomic_path(path) as scratch:
        joblib.dump(content, scratch, compress=3)


def undumped(path: str | os.PathLike[str], trust: bool) -> Predictor:
    """Read a file, if whoever asks trusts who made it."""
    if not trust:
        raise InputError(
            f"{path}: opening a .joblib file can run code hidden in it; add --trust "
            "(trust=True in Python) if you made this file or trust who did"
        )
    _check_stream(path)
    import imgpipe
    from imgpipe.learn import TrainedModel, TrainingCases
    from imgpipe.learn.feature_summary import FeatureSummary

    content = _unpickled(path)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise InputError(f"{path}: not a model written by imgpipe train")
    if content.get("version") != imgpipe.__version__:
        raise InputError(
            f"{path}: written by imgpipe {content.get('version')}, this is {imgpipe.__version__}; "
            "train it again"
        )
    missing = [name for name in _PARTS if name not in content]
    if missing:
        raise InputError(f"{path}: lacks {', '.join(missing)}; train it again")
    _check_parts(f"{path}: damaged", content, "; train it again")
    # files of before these fields do without them
    trained_on = content.get("trained_on")
    parts = {name: content[name] for name in _PARTS}
    region = content.get("region", "image")
    cases = _kept(path, TrainingCases, content.get("cases"))
    summary = _kept(path, FeatureSummary, content.get("summary"))
    model = TrainedModel(
        **parts, trained_on=trained_on, region=region, cases=cases, summary=summary
    )
    return Predictor(model, content.get("card") or {})


def _kept(path: str | os.PathLike[str], kind: Any, content: Any) -> Any:
    """Take what a file keeps of the training, if anything."""
    if content is None:
        return None
    try:
        return kind.of_dict(content)
    except InputError as error:
        raise InputError(f"{path}: damaged: {error}; train it again") from None


def _described(pipeline: Any, classes: Sequence[str] | None, sample: Any) -> "TrainedModel":
    """Note of a pipeline what it cannot say itself."""
    import numpy as np

    from imgpipe.learn import TrainedModel

    codes = getattr(pipeline, "classes_", None)
    if codes is None or sample is None:
        lacking = "a fitted pipeline" if codes is None else "sample=, one image as it was fitted on"
        raise InputError(f"a model to save needs {lacking}")
    if np.asarray(codes).dtype.kind not in "iu":
        raise InputError(
            f"the pipeline was fitted on the labels {', '.join(map(str, codes))}; fit it on codes "
            "0, 1, ... and give their names as classes="
        )
    names = map(str, codes if classes is None else classes)
    pixels = np.asarray(getattr(sample, "pixels", sample))
    settings = pipeline.get_params(deep=True).items()
    colour = any(k.split("__")[-1] == "channel_axis" and v is not None for k, v in settings)
    return TrainedModel(pipeline, tuple(names), -1 if colour else None, pixels.shape,
                        str(pixels.dtype))  # fmt: skip


def _unpickled(path: str | os.PathLike[str]) -> Any:
    """Read what the file holds; classes are found, too, where an earlier layout had them."""
    import joblib

    try:
        try:
            return joblib.load(path)
        except ModuleNotFoundError as error:
            if error.name != OLD_ROOM:
                raise
        with known_again():
            return joblib.load(path)
    except ModuleNotFoundError as error:
        raise InputError(_lacking(path, error)) from error
    except Exception as error:  # a broken pickle raises anything
        raise InputError(f"{path}: not a readable joblib file ({type(error).__name__})") from error


def _lacking(path: str | os.PathLike[str], error: ModuleNotFoundError) -> str:
    """Say which package a model needs that is not here."""
    if (error.name or "").partition(".")[0] == "torch":
        from imgpipe.learn.classifiers.networks import INSTALL

        return f"{path}: holds a network, which needs PyTorch: {INSTALL}"
    return f"{path}: needs {error.name}, which is not installed here"


def _check_stream(path: str | os.PathLike[str]) -> None:
    """Refuse all but one whole zlib stream, which `save` writes.

    joblib never returns from a stream with bytes after its end, and takes one without its checksum.
    """
    stream = zlib.decompressobj()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(2**16):
                stream.decompress(chunk)
                if stream.unused_data:
                    raise InputError(f"{path}: damaged: it goes on after the end of the model")
    except zlib.error as error:
        raise InputError(f"{path}: damaged, or not a readable joblib file") from error
    if not stream.eof:
        raise InputError(f"{path}: damaged, or not a readable joblib file: it ends too early")


def _check_parts(where: str, content: Mapping[str, Any], way_out: str) -> None:
    """Refuse parts that no training gives."""
    import numpy as np

    classes, shape, size = content["classes"], content["image_shape"], content["size"]
    sound = {
        "classes": _is_tuple_of(str, classes) and len(set(classes)) == len(classes) > 0,
        "channel_axis": content["channel_axis"] in (None, -1),
        "image_shape": _is_tuple_of(int, shape) and len(shape) in (2, 3) and min(shape) > 0,
        "dtype": isinstance(content["dtype"], str),
        "size": size is None or _is_size(size),
        "trained_on": content.get("trained_on") is None or _is_tuple_of(str, content["trained_on"]),
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
