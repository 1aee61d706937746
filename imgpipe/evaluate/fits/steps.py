"""A pipeline in two: the steps that compute features and learn nothing, and those that learn."""

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from imgpipe.learn import FeatureExtractor


def split_features(model: Any) -> tuple[list[Any], Any]:
    """Part a pipeline into its leading stateless steps, features included, and those that learn.

    A model that computes no features with a `FeatureExtractor` stays whole: its input is images.
    """
    if not isinstance(model, Pipeline):
        return [], model
    steps = [step for _, step in model.steps[:-1]]
    length = 0
    for position, step in enumerate(steps, start=1):
        if not _passes(step) and get_tags(step).requires_fit:
            break
        if isinstance(step, FeatureExtractor):
            length = position
    feature_steps = [step for step in steps[:length] if not _passes(step)]
    return feature_steps, Pipeline(model.steps[length:]) if length else model


def measures_images(model: Any) -> bool:
    """Tell whether a pipeline computes features, be it behind a step that learns."""
    return isinstance(model, Pipeline) and any(
        isinstance(step, FeatureExtractor) for _, step in model.steps
    )


def join_features(model: Any, feature_steps: list[Any], learned_steps: Any) -> Any:
    """Put both halves of `model`, fitted, together: a pipeline that takes images."""
    if not feature_steps:
        return learned_steps
    steps, ready = [], iter(feature_steps)
    for name, step in model.steps[: len(model.steps) - len(learned_steps.steps)]:
        steps.append((name, step if _passes(step) else next(ready)))
    return Pipeline([*steps, *learned_steps.steps])


def _passes(step: Any) -> bool:
    """Whether a step hands on what it gets."""
    return step in (None, "passthrough")
