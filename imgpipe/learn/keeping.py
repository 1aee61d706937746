"""What a model keeps of its training, taken from the images."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

from imgpipe.features import Feature, catalogue
from imgpipe.images.picture import picture_of
from imgpipe.learn.cases import KEPT_SIDE, MOST, ROW, TrainingCases, pitch_of
from imgpipe.learn.feature_groups import summarised
from imgpipe.learn.feature_summary import FeatureSummary
from imgpipe.learn.transformers import FeatureExtractor

if TYPE_CHECKING:
    from imgpipe.datasets import Dataset

_SIDES = ((500, KEPT_SIDE), (1000, 48), (MOST, 32))  # longer sides of the pictures, for so many
_QUALITY = 70


def feature_steps(model: Any) -> tuple[Any, Any] | None:
    """Part a fitted pipeline behind its `FeatureExtractor`: what measures, and what learnt.

    None where there is no such step.
    """
    if not isinstance(model, Pipeline):
        return None
    for position, (_, step) in enumerate(model.steps):
        if isinstance(step, FeatureExtractor):
            return Pipeline(model.steps[: position + 1]), Pipeline(model.steps[position + 1 :])
    return None


def keep(
    model: Any,
    part: "Dataset",
    digests: Sequence[str],
    cases: str = "none",
    measured: np.ndarray | None = None,
) -> tuple[FeatureSummary | None, TrainingCases | None]:
    """Keep of the images of a fitted pipeline what an explanation is made of later.

    Parameters
    ----------
    model : Pipeline
        Fitted on `part`.
    part : Dataset
        The training images.
    digests : list of str
        Of them.
    cases : {"none", "features", "pictures"}
        What to keep of single images, which a file that is passed on then carries.
    measured : ndarray, shape (n, f), optional
        Features of all images of `part`, where they are at hand.

    Returns
    -------
    tuple of (FeatureSummary or None, TrainingCases or None)
        None where the model computes no features, and where no single images are kept.
    """
    rows = spread(part.labels, MOST)
    kept = part.images[rows] if len(rows) < len(part) else part.images
    names, units, values = _measured(model, kept, None if measured is None else measured[rows])
    labels = np.asarray(part.labels)[rows].astype(np.int64)
    summary = summarised(names, units, values, labels, len(part.classes)) if names else None
    if cases == "none" or summary is None:
        return summary, None
    side = next(side for most, side in _SIDES if len(rows) <= most)
    wanted = cases == "pictures"
    sheet, shape = _sheet(kept, part.channel_axis, side) if wanted else (None, (0, 0))
    groups = part.groups
    return summary, TrainingCases(
        ids=tuple(str(part.ids[i]) for i in rows),
        labels=labels,
        digests=tuple(digests[i] for i in rows),
        patients=None if groups is None else tuple(str(groups[i]) for i in rows),
        spacing=part.images[0].spacing,
        of=len(part),
        names=names,
        units=units,
        features=values,
        sheet=sheet,
        shape=shape,
    )


def spread(labels: np.ndarray, most: int) -> np.ndarray:
    """Positions of up to `most` images, of each class its share, evenly spread."""
    n = len(labels)
    if n <= most:
        return np.arange(n)
    chosen = []
    for code in np.unique(labels):
        own = np.flatnonzero(labels == code)
        count = max(1, len(own) * most // n)
        chosen.append(own[np.linspace(0, len(own) - 1, count).round().astype(int)])
    return np.sort(np.concatenate(chosen))[:most]


def features_like(image: Any, settings: Mapping[str, Any]) -> list[Feature]:
    """List the features that settings of an extraction give of such an image."""
    axis = image.channel_axis
    channels = 3 if axis is None else image.pixels.shape[axis]
    return catalogue(**settings, ndim=len(image.spatial_shape), channels=channels)


def _measured(
    model: Any, images: Any, values: np.ndarray | None
) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
    """Names, units and values of the features."""
    parts = feature_steps(model)
    if parts is None:
        return (), (), np.empty((len(images), 0), np.float32)
    measure = parts[0]
    extractor = measure.steps[-1][1]
    names = tuple(str(name) for name in extractor.get_feature_names_out())
    settings = extractor.settings()
    units = {feature.name: feature.unit for feature in features_like(images[0], settings)}
    limit = float(np.finfo(np.float32).max)
    values = measure.transform(images) if values is None else values
    kept = np.clip(values, -limit, limit).astype(np.float32)
    return names, tuple(units.get(name, "") for name in names), kept


def _sheet(images: Any, channel_axis: int | None, side: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Put small pictures side by side into one JPEG file; give it, and the size of one of them."""
    from PIL import Image

    tiles = [_small(image.pixels, channel_axis, side) for image in images]
    height, width = tiles[0].shape[:2]
    pitch = pitch_of((height, width))
    shape = (-(-len(tiles) // ROW) * pitch[0], min(len(tiles), ROW) * pitch[1])
    sheet = np.zeros((*shape, *tiles[0].shape[2:]), np.uint8)
    colour = [(0, 0)] * (tiles[0].ndim - 2)
    for row, tile in enumerate(tiles):
        y, x = row // ROW * pitch[0], row % ROW * pitch[1]
        margins = [(0, pitch[0] - height), (0, pitch[1] - width), *colour]
        sheet[y : y + pitch[0], x : x + pitch[1]] = np.pad(tile, margins, mode="edge")
    store = io.BytesIO()
    Image.fromarray(sheet).save(store, "JPEG", quality=_QUALITY, subsampling=0)
    return np.frombuffer(store.getvalue(), np.uint8), (height, width)


def _small(pixels: np.ndarray, channel_axis: int | None, side: int) -> np.ndarray:
    """Reduce a picture to `side` pixels at most."""
    from PIL import Image

    small = picture_of(pixels, channel_axis, 2 * side)
    longest = max(small.shape[:2])
    if longest <= side:
        return small
    height, width = (max(1, round(n * side / longest)) for n in small.shape[:2])
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BOX))
