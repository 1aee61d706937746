"""A small labelled set and a model trained on it."""

import numpy as np
import pytest

from imgpipe.datasets import Dataset
from imgpipe.learn import TrainedModel, fit


@pytest.fixture(autouse=True, scope="session")
def quick_costs(costs_of_few_images: None) -> None:
    """What a model costs is measured in a moment."""


@pytest.fixture(scope="session")
def levels() -> Dataset:
    """Dark, middling and bright noise, eighteen images, the last six for the test."""
    rng = np.random.default_rng(0)
    labels = np.arange(18) % 3
    images = (rng.integers(0, 80, (18, 8, 8)) + 80 * labels[:, None, None]).astype(np.uint8)
    split = np.repeat(["train", "test"], [12, 6])
    return Dataset("levels", images, labels, ("dark", "middling", "bright"), split=split)


@pytest.fixture(scope="session")
def trained(levels: Dataset) -> TrainedModel:
    """A forest of the mean levels."""
    return fit(levels, "forest", families="intensity")
