"""The doors: a model to a file and back, by the file's suffix."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, atomic_path, shown
from imgpipe.bundle.suffix import check_suffix

if TYPE_CHECKING:
    from imgpipe.bundle.archive.bundled import Bundled
    from imgpipe.bundle.predictor import Predictor
    from imgpipe.detect import DetectionRun, FittedDetector
    from imgpipe.learn.trained import TrainedModel
    from imgpipe.segment import PixelClassifier


def save(
    model: Any,
    path: str | os.PathLike[str],
    *,
    classes: Sequence[str] | None = None,
    sample: Any = None,
    card: Mapping[str, Any] | None = None,
    run: "DetectionRun | None" = None,
) -> None:
    """Write a fitted model to a file, which appears whole or not at all.

    Parameters
    ----------
    model : TrainedModel, Predictor, Pipeline, PixelClassifier or Detector
        What `imgpipe.learn.fit` gives, or `load` of a .joblib file; or a classifier of images
        fitted on codes 0, 1, ...; or a fitted `imgpipe.segment.PixelClassifier` or
        `imgpipe.detect.Detector`, as .imgpipe.
    path : path-like
        With the suffix ``.imgpipe``, a bundle that is safe to open; or ``.joblib``, a pickle. A
        bundle appears only if it gives the pipeline's classes, and its probabilities to 1e-6 (of
        a network to 1e-4), on training images or the sample; where a model was read from a file
        and has none, on made-up images and on the features that it has kept.
    classes : list of str, optional
        Names of a pipeline's codes; the codes themselves where none are given.
    sample : ndarray, Image or a list of these, optional
        One of the images that a pipeline was fitted on, or some: new ones must have the shape and
        dtype of the first. An array is one image.
    card : dict, optional
        What a reader should know of the model; kept in the file.
    run : DetectionRun, optional
        How detectors of the settings of a `Detector` did (`imgpipe.detect.cross_validate`).

    Raises
    ------
    InputError
        For another suffix, a pipeline without a sample, or one that gives no codes into `classes`;
        for a step that a bundle does not hold, and for a bundle that says something else than the
        pipeline. Nothing is written then.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from imgpipe import bundle, datasets, learn
    >>> data = datasets.load("synthetic-nodules")
    >>> trained = learn.fit(data, "svm", families="intensity")
    >>> with TemporaryDirectory() as folder:
    ...     bundle.save(trained, Path(folder, "nodules.imgpipe"), card={"data": data.name})
    ...     predictor = bundle.load(Path(folder, "nodules.imgpipe"))
    >>> predictor.classes, predictor.card
    (('benign', 'malignant'), {'data': 'synthetic-nodules'})
    """
    from imgpipe.bundle.predictor import Predictor
    from imgpipe.bundle.writing.given import as_trained
    from imgpipe.segment import PixelClassifier

    check_suffix(path)
    if run is not None and not _is_detector(model):
        raise InputError(f"run is that of a Detector; the model is a {type(model).__name__}")
    if isinstance(model, PixelClassifier):
        from imgpipe.bundle.pixels.file import write

        if classes is not None or sample is not None:
            raise InputError("classes and sample describe a pipeline; a PixelClassifier needs none")
        write(model, path, card)
        return
    if _is_detector(model):
        from imgpipe.bundle.detection.file import write as write_detector

        if classes is not None or sample is not None:
            raise InputError("classes and sample describe a pipeline; a Detector needs none")
        write_detector(model, path, card, run)
        return
    if card is None and isinstance(model, Predictor):
        card = model.card
    trained = as_trained(model, path, classes, sample)
    card = {} if card is None else _checked(card, trained, path)
    if Path(path).suffix.lower() == ".joblib":
        from imgpipe.bundle.pickled.joblib_file import dump

        dump(trained, path, card)
        return
    from imgpipe.bundle.writing.parts import taken_apart

    try:
        bundled = taken_apart(trained, card)
    except InputError as error:
        raise InputError(f"{path} is not written: {error}") from None
    with atomic_path(path) as scratch:
        try:
            _write(trained, bundled, scratch)
        except InputError as error:
            raise InputError(f"{path} is not written: {_why(error, scratch)}") from None


def _is_detector(model: Any) -> bool:
    """Tell a detector; that of a file is no more than its file, and is refused."""
    from imgpipe.detect import Detector, FittedDetector

    if isinstance(model, FittedDetector):
        raise InputError(
            "a FittedDetector is kept in the file that it was read from: copy that file; of a "
            "Detector, give the Detector"
        )
    return isinstance(model, Detector)


def _checked(
    card: Mapping[str, Any], model: "TrainedModel", path: str | os.PathLike[str]
) -> dict[str, Any]:
    """Give the card as a reader will find it, whichever kind of file it stands in."""
    from imgpipe.bundle.archive.card_check import as_card

    try:
        return as_card(card, model.classes)
    except InputError as error:
        raise InputError(f"{path} is not written: {error}") from None


def _write(model: "TrainedModel", bundled: "Bundled", scratch: Path) -> None:
    """Write a bundle, read it again, and see that it says what the pipeline says."""
    from imgpipe.bundle.inference.opening import open_bundle
    from imgpipe.bundle.predictor import Predictor
    from imgpipe.bundle.writing.gate import check

    bundled.write(scratch)
    check(model, Predictor(*open_bundle(scratch)))


def _why(error: InputError, scratch: Path) -> str:
    """Say what is wrong with a file that a reader would refuse, and what does for who writes it."""
    from imgpipe.bundle.archive.refusing import WAY_OUT

    text = str(error)
    for name in (f"{scratch} is not written: ", f"{shown(scratch)}: "):
        text = text.removeprefix(name)
    if text.endswith(WAY_OUT):
        text = text.removesuffix(WAY_OUT) + "keep the model in a .joblib file"
    return text


def load(
    path: str | os.PathLike[str], *, trust: bool = False
) -> "Predictor | PixelClassifier | FittedDetector":
    """Read a model from a file.

    Parameters
    ----------
    path : path-like
        Written by `save` or ``imgpipe train``.
    trust : bool
        A joblib file can run any code when it is opened: say True if you made this file, or trust
        who did. A bundle needs no trust.

    Returns
    -------
    Predictor, PixelClassifier or FittedDetector
        As it was saved; of a `Detector` what it does with new images.

    Raises
    ------
    InputError
        For a joblib file without trust; if there is no such file, if it was damaged, or written by
        another version.

    Examples
    --------
    >>> from imgpipe import bundle
    >>> bundle.load("stranger.onnx")
    Traceback (most recent call last):
    imgpipe._common.errors.InputError: stranger.onnx: a model needs the suffix .imgpipe or ...
    """
    check_suffix(path)
    if Path(path).suffix.lower() == ".imgpipe":
        from imgpipe.bundle.archive.container import MANIFEST, content_of, unpacked
        from imgpipe.bundle.archive.kinds import is_detector, is_pixels
        from imgpipe.bundle.archive.refusing import refusing

        with refusing(path):
            members = unpacked(content_of(path))
            if is_pixels(members[MANIFEST]):
                from imgpipe.bundle.pixels.file import members_read

                return members_read(members)[1]
            if is_detector(members[MANIFEST]):
                from imgpipe.bundle.detection.file import members_read as detector_read

                return detector_read(members)[1]
    return load_predictor(path, trust=trust)


def load_predictor(path: str | os.PathLike[str], *, trust: bool = False) -> "Predictor":
    """Read a model that gives an image a class; as `load`, but for those of pixels and of lesions.

    Parameters
    ----------
    path, trust
        As in `load`.

    Returns
    -------
    Predictor

    Raises
    ------
    InputError
        As `load`; and for a pixel classifier or a detector.
    """
    check_suffix(path)
    if Path(path).suffix.lower() == ".imgpipe":
        from imgpipe.bundle.inference.opening import open_bundle
        from imgpipe.bundle.predictor import Predictor

        return Predictor(*open_bundle(path))
    from imgpipe.bundle.pickled.joblib_file import content_of, undumped

    return undumped(path, content_of(path, trust))
