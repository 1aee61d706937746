"""Fitted parts on real images."""

from pathlib import Path

import numpy as np
import pytest
from test_fitted_parity import ON_FEATURES, part_of

from imgpipe import datasets, features, learn


@pytest.mark.full
@pytest.mark.data
def test_chest_radiographs(shared_data: Path) -> None:
    """On PneumoniaMNIST every classifier's part gives each image the class of the classifier."""
    data = datasets.load(shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    rows = data.positions("train")[::8]
    part = data.take(rows)
    X, _ = features.extract_many(part.images, families="default")
    for name in ON_FEATURES:
        pipeline = learn.make_pipeline(name, families=None).fit(X[:400], part.labels[:400])
        found, expected = part_of(pipeline)(X), pipeline.predict_proba(X)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)
        np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
