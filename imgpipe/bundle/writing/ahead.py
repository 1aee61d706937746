"""What can be said before a fit: whether the file that was asked for will hold the model."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from imgpipe._common import InputError


def check_writable(
    pipeline: Any, path: str | os.PathLike[str], classes: Sequence[str] | None = None
) -> None:
    """Refuse a pipeline, fitted or not, that cannot be written to a file.

    What shows only when it is fitted is left to `imgpipe.bundle.save`.

    Parameters
    ----------
    pipeline : Pipeline
        From `imgpipe.learn.make_pipeline`, or of your own.
    path : path-like
        With the suffix ``.imgpipe``, or ``.joblib``, which holds any model.
    classes : list of str, optional
        Names of the classes, where they are known.

    Raises
    ------
    InputError
        For a step that nothing writes, for names of classes that no bundle holds, and where a
        package is lacking.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from imgpipe import bundle
    >>> bundle.check_writable(GaussianNB(), "bayes.joblib")
    >>> bundle.check_writable(GaussianNB(), "bayes.imgpipe")
    Traceback (most recent call last):
    imgpipe._common.errors.InputError: bayes.imgpipe: GaussianNB cannot be written ...
    """
    from imgpipe.bundle.archive.manifest import check_class_names
    from imgpipe.bundle.suffix import check_suffix
    from imgpipe.bundle.writing.fitted_part import held_as_arrays, unwrapped
    from imgpipe.learn.graphs.writing import writer_of
    from imgpipe.learn.image_transformer import ImageTransformer

    check_suffix(path)
    if Path(path).suffix.lower() == ".joblib":
        return
    if classes is not None:
        try:
            check_class_names(list(classes))
        except InputError as error:
            raise InputError(
                f"{path}: {error}; name the classes otherwise, or keep the model in a .joblib file"
            ) from None
    steps = [step for step in unwrapped(pipeline) if not isinstance(step, ImageTransformer)]
    if steps and held_as_arrays(steps[-1]):
        return
    _require(path, "onnx")
    _require(path, "onnxruntime")
    for step in steps:
        if hasattr(step, "grad_cam") or hasattr(step, "estimator"):
            continue  # a network; or what holds another, of which the fit decides
        try:
            writer_of(step)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None


def _require(path: str | os.PathLike[str], package: str) -> None:
    if find_spec(package) is None:
        raise InputError(
            f"{path}: writing a .imgpipe file needs {package}: pip install {package}; a .joblib "
            "file does without"
        )
