"""Mistakes come with maps of what spoke for the wrong class."""

import numpy as np
import pytest

from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare, occlusion_maps
from imgpipe.learn import make_pipeline


def make_dataset(channels: int | None = None) -> Dataset:
    """The label is told by the left half, and wrong in a fifth of the images."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 60, (80, 14, 16)).astype(np.uint8)
    labels = np.arange(80) % 2
    images[labels == 1, :, :8] += 120
    labels[::5] = 1 - labels[::5]
    if channels:
        images = np.stack([images] * channels, axis=-1)
    return Dataset(
        "halves", images, labels, ("dark", "bright"), channel_axis=-1 if channels else None
    )


@pytest.mark.parametrize("channels", [None, 3])
def test_a_mistake_is_explained_by_the_model_that_made_it(channels: int | None) -> None:
    """Each fold's own model is asked, and its map is the public function's, scaled to 1."""
    data = make_dataset(channels)
    model = make_pipeline("forest", families="intensity", channel_axis=data.channel_axis)
    result = compare({"forest": model}, data, folds=2)
    mistakes = result.models[0].mistakes
    assert mistakes
    for mistake in mistakes[:8]:
        ((name, found),) = mistake.maps
        assert name == "occlusion"
        assert found.shape == (14, 16)
        assert np.abs(found).max() == pytest.approx(1)
    fold = result.predictions.set_index("id")["fold"]
    first = next(m for m in mistakes if fold[m.id] == 1)
    code = data.classes.index(first.predicted)
    drops = occlusion_maps(
        result.models[0].pipeline,  # that of the first fold
        data.images[[first.index]],
        [code],
        patch=2,
        stride=2,
        channel_axis=data.channel_axis,
    )[0]
    np.testing.assert_allclose(
        dict(first.maps)["occlusion"], drops / np.abs(drops).max(), atol=0.006
    )


def test_a_model_that_sees_nothing_has_no_map() -> None:
    """Where no patch changes anything, no map is shown."""
    result = compare({"dummy": make_pipeline("dummy", families="intensity")}, make_dataset())
    assert result.models[0].mistakes
    assert all(mistake.maps == () for mistake in result.models[0].mistakes)


def test_volumes_are_not_explained() -> None:
    """Images of three axes get no map, and no error."""
    flat = make_dataset()
    volumes = np.repeat(flat.images[:40, None], 3, axis=1)
    data = Dataset("volumes", volumes, flat.labels[:40], flat.classes)
    model = make_pipeline("forest", families="intensity")
    result = compare({"forest": model}, data, folds=2)
    assert all(mistake.maps == () for mistake in result.models[0].mistakes)


def test_networks_add_grad_cam() -> None:
    """A network's mistakes carry Grad-CAM beside the same occlusion map."""
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    model = make_pipeline("cnn", filters=["median"]).set_params(
        classify__filters=(4, 4), classify__epochs=3, classify__learning_rate=0.01
    )
    result = compare({"cnn": model}, make_dataset(), folds=2)
    maps = [dict(m.maps) for m in result.models[0].mistakes[:8]]
    assert any("Grad-CAM" in found for found in maps)
    for found in maps:
        assert set(found) <= {"occlusion", "Grad-CAM"}
        if "Grad-CAM" in found:
            assert found["Grad-CAM"].shape == (14, 16)
            assert found["Grad-CAM"].min() >= 0
