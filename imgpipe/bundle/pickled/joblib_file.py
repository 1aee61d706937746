"""Trained models as joblib files: what is in them, and why reading one needs trust."""

import io
import os
import pickle
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, atomic_path
from imgpipe.bundle.archive.card_check import check_card
from imgpipe.bundle.pickled.old_names import OLD_ROOM, known_again
from imgpipe.bundle.predictor import Predictor
from imgpipe.bundle.writing.given import PARTS, check_parts

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel

_FORMAT = "imgpipe-joblib"
_READING = ("fit", "slices", "unit", "any_size")
_CHUNK = 2**16


def dump(
    model: "TrainedModel", path: str | os.PathLike[str], card: Mapping[str, Any] | None
) -> None:
    """Write a model and its card."""
    import joblib

    import imgpipe

    content = {name: getattr(model, name) for name in (*PARTS, "trained_on", "region", *_READING)}
    content["warnings"] = tuple(map(str, model.warnings))
    for name in ("cases", "summary", "novelty"):
        kept = getattr(model, name)
        content[name] = None if kept is None else kept.to_dict()
    content = {"format": _FORMAT, "version": imgpipe.__version__, **content}
    if card:
        content["card"] = dict(card)
    with atomic_path(path) as scratch:
        try:
            joblib.dump(content, scratch, compress=3)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise InputError(
                f"{path} is not written: {error}; in place of a lambda or an inner function take "
                "one that is defined in a module"
            ) from None


def content_of(path: str | os.PathLike[str], trust: bool) -> bytes:
    """Read a file's bytes, if whoever asks trusts who made it."""
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    if not trust:
        raise InputError(
            f"{path}: opening a .joblib file can run code hidden in it; add --trust "
            "(trust=True in Python) if you made this file or trust who did"
        )
    return Path(path).read_bytes()


def undumped(path: str | os.PathLike[str], stream: bytes) -> Predictor:
    """Take a file's bytes, which `content_of` gave, for a model."""
    _check_stream(path, stream)
    import imgpipe
    from imgpipe.learn import TrainedModel, TrainingCases
    from imgpipe.learn.feature_summary import FeatureSummary
    from imgpipe.learn.novelty.distance import Novelty

    content = _unpickled(path, stream)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise InputError(f"{path}: not a model written by imgpipe train")
    if content.get("version") != imgpipe.__version__:
        raise InputError(
            f"{path}: written by imgpipe {content.get('version')}, this is {imgpipe.__version__}; "
            "train it again"
        )
    missing = [name for name in PARTS if name not in content]
    if missing:
        raise InputError(f"{path}: lacks {', '.join(missing)}; train it again")
    check_parts(f"{path}: damaged", content, "; train it again")
    # files of before these fields do without them
    model = TrainedModel(
        **{name: content[name] for name in PARTS},
        trained_on=content.get("trained_on"),
        warnings=content.get("warnings", ()),
        region=content.get("region", "image"),
        **{name: content[name] for name in _READING if name in content},
        cases=_kept(path, TrainingCases, content.get("cases")),
        summary=_kept(path, FeatureSummary, content.get("summary")),
        novelty=_kept(path, Novelty, content.get("novelty")),
    )
    return Predictor(model, _card(path, content.get("card") or {}, model.classes))


def _card(
    path: str | os.PathLike[str], card: dict[str, Any], classes: Sequence[str]
) -> dict[str, Any]:
    try:
        check_card(card, classes)
    except InputError as error:
        raise InputError(f"{path}: damaged: {error}; train it again") from None
    return card


def _kept(path: str | os.PathLike[str], kind: Any, content: Any) -> Any:
    """Take what a file keeps of the training, if anything."""
    if content is None:
        return None
    try:
        return kind.of_dict(content)
    except InputError as error:
        raise InputError(f"{path}: damaged: {error}; train it again") from None


def _unpickled(path: str | os.PathLike[str], stream: bytes) -> Any:
    """Read what the file holds; classes are found, too, where an earlier layout had them."""
    import joblib

    try:
        try:
            return joblib.load(io.BytesIO(stream))
        except ModuleNotFoundError as error:
            if error.name != OLD_ROOM:
                raise
        with known_again():
            return joblib.load(io.BytesIO(stream))
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


def _check_stream(path: str | os.PathLike[str], stream: bytes) -> None:
    """Refuse all but one whole zlib stream, which `save` writes.

    joblib never returns from a stream with bytes after its end, and takes one without its checksum.
    """
    found, view = zlib.decompressobj(), memoryview(stream)
    try:
        for start in range(0, len(view), _CHUNK):
            found.decompress(view[start : start + _CHUNK])
            if found.unused_data:
                raise InputError(f"{path}: damaged: it goes on after the end of the model")
    except zlib.error as error:
        raise InputError(f"{path}: damaged, or not a readable joblib file") from error
    if not found.eof:
        raise InputError(f"{path}: damaged, or not a readable joblib file: it ends too early")
