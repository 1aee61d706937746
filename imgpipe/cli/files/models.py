"""Trained models as joblib files: what is in them, and why reading one needs trust."""

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, atomic_path

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel

_FORMAT = "imgpipe-joblib"
_PARTS = ("pipeline", "classes", "channel_axis", "image_shape", "dtype", "size")


def check_suffix(path: str) -> None:
    """Accept ``.joblib`` only; ``.imgpipe`` is kept for files without pickle."""
    suffix = Path(path).suffix.lower()
    if suffix == ".imgpipe":
        raise InputError(
            f"{path}: the suffix .imgpipe is kept for bundles without pickle, which this version "
            "cannot handle yet; use .joblib"
        )
    if suffix != ".joblib":
        raise InputError(f"{path}: a model needs the suffix .joblib, found {suffix or 'none'}")


def save(model: "TrainedModel", path: Path) -> None:
    """Write the model; the file appears whole or not at all."""
    import joblib

    import imgpipe

    content = {"format": _FORMAT, "version": imgpipe.__version__}
    content |= {name: getattr(model, name) for name in (*_PARTS, "trained_on")}
    with atomic_path(path) as scratch:
        joblib.dump(content, scratch, compress=3)


def load(path: str, trust: bool) -> "TrainedModel":
    """Read a model that the user trusts: a joblib file can run any code when it is opened."""
    check_suffix(path)
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    if not trust:
        raise InputError(
            f"{path}: opening a .joblib file can run code hidden in it; add --trust if you made "
            "this file or trust who did"
        )
    _check_stream(path)
    import joblib

    import imgpipe
    from imgpipe.learn import TrainedModel

    try:
        content = joblib.load(path)
    except ModuleNotFoundError as error:
        raise InputError(_lacking(path, error)) from error
    except Exception as error:  # a broken pickle raises anything
        raise InputError(f"{path}: not a readable joblib file ({type(error).__name__})") from error
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
    _check_parts(path, content)
    # files of before this field do without it
    trained_on = content.get("trained_on")
    return TrainedModel(**{name: content[name] for name in _PARTS}, trained_on=trained_on)


def _lacking(path: str, error: ModuleNotFoundError) -> str:
    """Say which package a model needs that is not here."""
    if (error.name or "").partition(".")[0] == "torch":
        from imgpipe.learn.classifiers.networks import INSTALL

        return f"{path}: holds a network, which needs PyTorch: {INSTALL}"
    return f"{path}: needs {error.name}, which is not installed here"


def _check_stream(path: str) -> None:
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


def _check_parts(path: str, content: dict[str, Any]) -> None:
    """Refuse a file whose parts were changed into what no training gives."""
    classes, shape, size = content["classes"], content["image_shape"], content["size"]
    sound = {
        "classes": _is_tuple_of(str, classes) and len(set(classes)) == len(classes) > 0,
        "channel_axis": content["channel_axis"] in (None, -1),
        "image_shape": _is_tuple_of(int, shape) and len(shape) in (2, 3) and min(shape) > 0,
        "dtype": isinstance(content["dtype"], str),
        "size": size is None or (isinstance(size, int) and size > 0),
        "trained_on": content.get("trained_on") is None or _is_tuple_of(str, content["trained_on"]),
    }
    codes: Any = getattr(content["pipeline"], "classes_", None)
    sound["pipeline"] = codes is not None and hasattr(content["pipeline"], "predict")
    wrong = [name for name, good in sound.items() if not good]
    if wrong:
        raise InputError(f"{path}: damaged: no usable {', '.join(wrong)}; train it again")
    if not all(0 <= code < len(classes) for code in codes):
        raise InputError(
            f"{path}: damaged: {len(classes)} class names for a pipeline with the codes "
            f"{', '.join(map(str, codes))}; train it again"
        )


def _is_tuple_of(kind: type, values: Any) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, kind) for value in values)
