"""Canaries: a simple classifier that sees a few numbers which say nothing of the patient.

Logistic regression on the same folds as the models: on mean gray, on the border, on the size of
the image or of the mask alone, on the features that noise has inside the masks, and on shuffled
labels. What it scores, a model scores without having learnt anything of use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe._common.texts import Text, say
from imgpipe.evaluate.data.formats import sides
from imgpipe.evaluate.data.measures import MEASURES
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.fits.experiment import Experiment
from imgpipe.evaluate.models import probabilities
from imgpipe.evaluate.results.canaries import SHUFFLED
from imgpipe.evaluate.scores.intervals import HeldOut
from imgpipe.learn import FeatureExtractor

_LARGEST = 1e12  # a standard deviation of larger numbers overflows in a product


@dataclass(frozen=True)
class Fitted:
    """A canary's predictions of the held-out parts, and the labels that it is judged by."""

    name: Text
    what: Text
    parts: list[HeldOut]
    labels: np.ndarray


def fit_canaries(experiment: Experiment, survey: Survey) -> Iterator[Fitted]:
    """Fit each canary on every split."""
    labels = experiment.labels
    if experiment.dataset.region == "table":
        values = np.asarray(experiment.dataset.images, dtype=np.float64)
    else:
        values = survey.measures
        for name, what, seen in _views(experiment.dataset, survey):
            yield Fitted(name, what, _parts(seen, labels, experiment), labels)
    shuffled = _shuffled(labels, experiment.clusters, experiment.seed)
    what = say("labels dealt out anew among patients; .5 where nothing leaks")
    yield Fitted(SHUFFLED, what, _parts(values, shuffled, experiment), shuffled)


def _views(dataset: Any, survey: Survey) -> Iterator[tuple[Text, Text, np.ndarray]]:
    """Names, explanations and numbers of what each canary sees."""
    measures = survey.measures
    places = [k for k, name in enumerate(MEASURES) if "border" in name or "corner" in name]
    mean = measures[:, [MEASURES.index("mean gray")]]
    yield say("mean gray alone"), say("the mean gray level of the image"), mean
    border = say("mean and contrast of the border and the corners")
    yield say("border alone"), border, measures[:, places]
    size = say("rows and columns of the image as it was stored")
    yield say("image size alone"), size, sides(dataset)
    if not np.isnan(survey.areas).all():
        area = np.nan_to_num(survey.areas)[:, None]
        yield say("mask area alone"), say("the share of the image inside the mask"), area
    if dataset.region == "mask" and dataset.images.in_memory:
        yield (
            say("noise in the masks"),
            say("the models' features of noise in the same masks"),
            _noise(dataset),
        )


def _noise(dataset: Any) -> np.ndarray:
    """Features of images of noise: all they tell is the outline."""
    rng = np.random.default_rng(0)
    shapes = dataset.images.shapes
    pixels = [rng.integers(0, 256, shape, np.uint8) for shape in shapes]
    stack = np.stack(pixels) if len(set(shapes)) == 1 else pixels
    images = dataset.images.with_pixels(stack)
    extractor = FeatureExtractor(channel_axis=dataset.channel_axis)
    return np.asarray(extractor.fit_transform(images), dtype=np.float64)


def _parts(values: np.ndarray, labels: np.ndarray, experiment: Experiment) -> list[HeldOut]:
    """Fit on each training part, predict what is held out."""
    values = np.clip(np.nan_to_num(values), -_LARGEST, _LARGEST)
    parts = []
    for split in experiment.splits:
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
        if len(np.unique(labels[split.train])) < 2:
            continue
        model.fit(values[split.train], labels[split.train])
        scores = probabilities(model, values[split.test], len(experiment.classes))
        parts.append(HeldOut(split.test, scores.argmax(axis=1), scores))
    return parts


def _shuffled(labels: np.ndarray, clusters: np.ndarray, seed: int) -> np.ndarray:
    """Give each patient's images the label of another patient's first."""
    _, first, member = np.unique(clusters, return_index=True, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(labels[first])
    return dealt[member]
