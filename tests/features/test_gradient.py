"""Gradient statistics against NumPy's gradient."""

import numpy as np
import pytest

from imgpipe.features import extract


def gradient(image, mask=None, spacing=None):
    values = extract(image, mask, families="gradient", spacing=spacing)
    return {name.removeprefix("gradient_"): value for name, value in values.items()}


@pytest.mark.parametrize("shape", [(9, 8), (5, 6, 7)])
def test_statistics_are_those_of_the_magnitude(shape, rng):
    """The magnitude is that of central differences per mm, inside and away from the border."""
    image, spacing = rng.normal(size=shape), (0.5, 2.0, 3.0)[: len(shape)]
    parts = np.gradient(image, *spacing)
    inner = (slice(1, -1),) * len(shape)
    steep = np.sqrt(sum(part**2 for part in parts))[inner].ravel()
    found = gradient(image, None, spacing)
    assert found["mean"] == pytest.approx(steep.mean())
    assert found["variance"] == pytest.approx(steep.var())
    assert found["maximum"] == pytest.approx(steep.max())
    assert found["percentile_90"] == pytest.approx(np.percentile(steep, 90))
    assert found["coefficient_of_variation"] == pytest.approx(steep.std() / steep.mean())


def test_edge_of_the_mask_is_no_edge(rng):
    """A pixel counts only where its neighbours lie in the mask."""
    image = np.full((7, 9), 5.0)
    image[:, 5:] = 1000
    mask = np.zeros(image.shape, bool)
    mask[:, :5] = True
    assert gradient(image, mask)["maximum"] == 0
    assert gradient(image)["maximum"] == pytest.approx(995 / 2)


def test_image_too_small_is_undefined(rng):
    """Where no pixel has all its neighbours there is no gradient."""
    assert np.isnan(list(gradient(rng.random((2, 9))).values())).all()
