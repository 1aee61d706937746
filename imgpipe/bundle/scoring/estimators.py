"""A bundle's pipeline as scikit-learn's, for what looks at single steps."""

from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline

from imgpipe.bundle.inference.pipeline import BundledPipeline
from imgpipe.bundle.inference.regions import RegionStep
from imgpipe.learn.filters import Filter
from imgpipe.learn.segment import Segment
from imgpipe.learn.transformers import FeatureExtractor


class FittedBefore(ClassifierMixin, BaseEstimator):
    """What learnt in a bundle: `predict_proba` of what stands before it, and nothing to fit.

    Parameters
    ----------
    kept : BundledPipeline
        Without its filters, and without what finds the region.
    """

    def __init__(self, kept: BundledPipeline) -> None:
        self.kept = kept
        self.classes_ = kept.classes_

    def fit(self, X: Any, y: Any) -> "FittedBefore":
        """Refuse: scikit-learn knows a classifier by this method."""
        raise TypeError("a model of a .imgpipe file cannot be fitted again")

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each code: X are features, or images for a network."""
        if self.kept.extraction is None:
            return self.kept.predict_proba(X)
        return self.kept.classify(np.asarray(X, np.float64))

    def predict(self, X: Any) -> np.ndarray:
        """Most probable code."""
        called: np.ndarray = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return called


class KeptPipeline(Pipeline):
    """Steps that do what a bundle does; what it costs to predict is what it costs the bundle.

    Parameters
    ----------
    kept : BundledPipeline
    n_jobs : int, optional
        Workers for features; None means 1.
    """

    def __init__(self, kept: BundledPipeline, n_jobs: int | None = None) -> None:
        self.kept = kept
        self.n_jobs = n_jobs
        last = FittedBefore(replace(kept, filters=(), segment=None))
        super().__init__([*_before(kept, n_jobs), ("classify", last)])

    def __reduce__(self) -> Any:
        """Send another process the bundle's own pipeline, which needs no scikit-learn there."""
        return copy, (self.kept,)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each code, by the bundle's own pipeline."""
        return self.kept.predict_proba(X)


def segment_of(step: RegionStep, n_jobs: int | None = None) -> Segment:
    """Make the transformer that finds the region as a model does."""
    finder = step.finder
    return Segment(finder.name, empty_mask=step.empty_mask, n_jobs=n_jobs, **finder.settings)


def _before(kept: BundledPipeline, n_jobs: int | None) -> list[tuple[str, Any]]:
    """Make the steps before the classifier, named as `imgpipe.learn.make_pipeline` names them."""
    steps: list[tuple[str, Any]] = []
    if kept.segment is not None:
        steps.append(("segment", segment_of(kept.segment, n_jobs)))
    steps += [
        (f"filter_{number}", Filter(name, **settings))
        for number, (name, settings) in enumerate(kept.filters, start=1)
    ]
    if kept.extraction is not None:
        extractor = FeatureExtractor(**kept.extraction, n_jobs=n_jobs)
        extractor.feature_names_ = list(kept.names)
        steps.append(("features", extractor))
    return steps
