"""Data sets and models that are compared in no time."""

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.pipeline import make_pipeline as sk_pipeline
from sklearn.preprocessing import StandardScaler

from imgpipe.datasets import Dataset
from imgpipe.learn import FeatureExtractor

SPLIT = np.random.default_rng(0).permutation(["train"] * 60 + ["val"] * 20 + ["test"] * 40)


def toy(n: int = 120, *, step: float = 40, classes: int = 2, **fields: Any) -> Dataset:
    """Noise with a square whose brightness grows with the class; pixel (0, 0) is the index."""
    rng = np.random.default_rng(5)
    labels = (np.arange(n) // 2) % classes
    images = rng.integers(0, 90, (n, 10, 10)).astype(float)
    images[:, 3:7, 3:7] += step * (labels * (0.6 + 0.8 * rng.random(n)))[:, None, None]
    images[:, 0, 0] = np.arange(n)
    names = ("benign", "malignant", "other")[:classes]
    return Dataset("toy", images.astype(np.uint8), labels, names, **fields)


def light(**settings: Any) -> Pipeline:
    """A pipeline that takes no time."""
    return sk_pipeline(
        FeatureExtractor("intensity"), StandardScaler(), LogisticRegression(**settings)
    )


LIGHT = {"light": light()}
