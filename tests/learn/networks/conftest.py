"""Tiny images and a network that learns them in a second; all of this needs torch."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def tiny() -> tuple[np.ndarray, np.ndarray]:
    """60 noisy 8x8 images whose left or right half is bright, and their labels."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60, (60, 8, 8)).astype(np.uint8)
    labels = np.tile(["left", "right"], 30)
    images[labels == "left", :, :4] += 90
    images[labels == "right", :, 4:] += 90
    return images, labels
