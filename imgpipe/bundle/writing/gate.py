"""The gate: a file appears only if it says of images what the fitted pipeline says of them.

The file is read back by the way that every reader takes, and both judge the same images: those of
the training that the model has at hand, else made-up ones. Then, where the features of training
images are known, both judge these. Judged are probabilities, and how unlike the training images one
is; what else is known of the training must be in the file as it was.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.novelty import distance_apart
from imgpipe.bundle.inference.selftest_images import made_up_images
from imgpipe.bundle.predictions import Predictions
from imgpipe.bundle.predictor import Predictor
from imgpipe.images import Image, Images
from imgpipe.learn.keeping import feature_steps

if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel

TOLERANCE = 1e-6
"""Of a probability; graphs and trees compute in double what scikit-learn does."""
NETWORK_TOLERANCE = 1e-4
"""The same of a network, whose float32 sums another library adds up in another order."""
_TOLD = (
    "classes", "channel_axis", "image_shape", "dtype", "size", "region", "trained_on", "warnings",
    "cases", "summary", "novelty", "fit", "slices", "any_size",
)  # fmt: skip
_PRINTABLE = ("ids", "patients")  # are written in letters that a manifest takes
_FEW = 8  # images: of fewer, changed versions are judged, too
_MADE_UP = 16


def check(model: "TrainedModel", opened: Predictor) -> float:
    """Compare a model with what was read back from its file.

    Parameters
    ----------
    model : TrainedModel
        As it is saved.
    opened : Predictor
        As it was read back.

    Returns
    -------
    float
        Largest difference of a probability.

    Raises
    ------
    InputError
        If a label differs, or a probability or a distance by more than the tolerance, or what is
        kept of the training.
    """
    network = opened.model.pipeline.extraction is None
    tolerance = NETWORK_TOLERANCE if network else TOLERANCE
    _compare_kept(model, opened.model)
    images = _sample(model)
    told, found = Predictor(model).predict(images), _said(opened, images)
    for name, error, other in zip(told.ids, told.errors, found.errors, strict=True):
        if bool(error) != bool(other):
            raise _differs(f"the image {name} is refused by one of them: {error or other}")
    usable = np.array([not error for error in told.errors])
    if not usable.any():
        raise InputError(
            f"none of {len(usable)} images to compare the file with the pipeline by can be used "
            f"({told.errors[0]}); give some as sample="
        )
    worst = _compare(told.probabilities[usable], found.probabilities[usable], tolerance, "images")
    if told.ood_distance is not None and found.ood_distance is not None:
        _compare_distances(told.ood_distance[usable], found.ood_distance[usable], "images")
    parts, rows = feature_steps(model.pipeline), _rows(model)
    if parts is not None and rows is not None:
        expected = parts[1].predict_proba(rows)
        said = opened.model.pipeline.classify(rows)
        worst = max(worst, _compare(expected, said, tolerance, "rows of features"))
        old, new = model.novelty, opened.model.novelty
        if old is not None and new is not None and old.extraction is None:
            _compare_distances(old.distances(rows), new.distances(rows), "rows of features")
    return worst


def _said(opened: Predictor, images: Images) -> Predictions:
    try:
        return opened.predict(images)
    except Exception as error:  # whatever a reader would meet
        raise _differs(f"it stops with {type(error).__name__}: {error}") from error


def _compare_kept(model: "TrainedModel", opened: "TrainedModel") -> None:
    """Refuse a file that tells otherwise of images, classes or the training."""
    for name in _TOLD:
        if not _equal(getattr(model, name), getattr(opened, name)):
            raise _differs(f"its {name.replace('_', ' ')} is another")


def _equal(one: Any, other: Any) -> bool:
    """Compare parts of a model down to their numbers."""
    if hasattr(one, "to_dict") and hasattr(other, "to_dict"):
        one, other = one.to_dict(), other.to_dict()
        return all(name in _PRINTABLE or _equal(one[name], other[name]) for name in one)
    if isinstance(one, np.ndarray):
        number = one.dtype.kind == "f"
        return np.array_equal(one, other, equal_nan=number)
    return bool(one == other)


def _compare_distances(expected: np.ndarray, found: np.ndarray, what: str) -> None:
    """Refuse distances to the training images that differ; below the limit, by a share of it."""
    difference = distance_apart(found, expected)
    if not difference <= TOLERANCE:  # NaN is no agreement
        raise _differs(
            f"on {len(expected)} {what} the distance to the training images differs by a share of "
            f"{difference:.1e}; {TOLERANCE:g} is allowed"
        )


def _compare(expected: np.ndarray, found: np.ndarray, tolerance: float, what: str) -> float:
    """Refuse probabilities that differ, and give the largest difference."""
    n = len(expected)
    if found.shape != expected.shape:
        raise _differs(f"it gives {found.shape[1]} probabilities, not {expected.shape[1]}")
    difference = float(np.abs(found - expected).max())
    rows, called = np.arange(n), found.argmax(axis=1)
    lead = expected.max(axis=1) - expected[rows, called]
    other = int((lead > tolerance).sum())  # of two that tie, rounding may choose
    if other:
        raise _differs(
            f"of {n} {what}, {other} get another class, and a probability differs by "
            f"{difference:.1e}"
        )
    if not difference <= tolerance:  # NaN is no agreement
        raise _differs(
            f"on {n} {what} a probability differs by {difference:.1e}; {tolerance:g} is allowed"
        )
    return difference


def _differs(how: str) -> InputError:
    return InputError(
        f"the file does not say what the pipeline says: {how}. Nothing was written; keep the model "
        "in a .joblib file, and report this"
    )


def _sample(model: "TrainedModel") -> Images:
    """Images to compare by."""
    if model.sample is None or not len(model.sample):
        return made_up_images(model, _MADE_UP)
    if len(model.sample) >= _FEW:
        return model.sample
    changed = [each for image in model.sample for each in _changed(image, model)]
    return Images(changed, ids=[f"sample {number}" for number in range(len(changed))])


def _rows(model: "TrainedModel") -> np.ndarray | None:
    """Features of training images that the model has kept."""
    if model.cases is not None and len(model.cases.names):
        return np.asarray(model.cases.features, np.float64)
    return None if model.summary is None else np.asarray(model.summary.rows, np.float64)


def _changed(image: Image, model: "TrainedModel") -> Iterator[Image]:
    """Give an image as it is, turned, brighter, darker and with noise, within its dtype."""
    yield image
    axes = [a for a in range(image.pixels.ndim) if a != _channels(image, model)][-2:]
    for axis in axes:
        mask = None if image.mask is None else np.flip(image.mask, axis=_of_mask(axis, image))
        yield replace(image, pixels=np.flip(image.pixels, axis), mask=mask)
    if image.pixels.dtype.kind not in "iuf":
        return
    values = image.pixels.astype(np.float64)
    finite = values[np.isfinite(values)]
    spread = float(finite.std()) if finite.size else 0.0
    noise = np.random.default_rng(0).normal(size=values.shape)
    for number in (1, 2):
        for shift in (spread * number * noise, spread * number, -spread * number):
            yield replace(image, pixels=_within(values + shift, image.pixels.dtype))


def _channels(image: Image, model: "TrainedModel") -> int | None:
    axis = model.channel_axis if image.channel_axis is None else image.channel_axis
    return None if axis is None else axis % image.pixels.ndim


def _of_mask(axis: int, image: Image) -> int:
    """Find the axis of the mask, which has no channels."""
    own = image.channel_axis
    return axis - (own is not None and own % image.pixels.ndim < axis)


def _within(values: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    if dtype.kind == "f":
        return values.astype(dtype)
    ends = np.iinfo(dtype)
    high = float(ends.max)
    if dtype.itemsize == 8:  # the nearest float64 is beyond the end
        high = float(np.nextafter(high, 0))
    return np.clip(np.rint(values), float(ends.min), high).astype(dtype)
