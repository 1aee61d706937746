import numpy as np
import pytest

from imgpipe._common import InputError
from imgpipe.evaluate import occlusion_maps


class Mean:
    """Probability of the second class: the mean of the top left 3x3 pixels over 255."""

    classes_ = np.array(["dark", "bright"])

    def predict_proba(self, images):
        images = np.asarray(images, dtype=float)
        p = images[:, :3, :3].reshape(len(images), -1).mean(axis=1) / 255
        return np.stack([1 - p, p], axis=1)


def naive(model, image, code, side, move):
    """Oracle: every patch position on its own, for a gray image."""
    h, w = image.shape
    ys = sorted({*range(0, h - side, move), h - side})
    xs = sorted({*range(0, w - side, move), w - side})
    before = model.predict_proba(image[None])[0, code]
    drops = [[[] for _ in range(w)] for _ in range(h)]
    for y in ys:
        for x in xs:
            hidden = image.copy()
            hidden[y : y + side, x : x + side] = np.round(image.mean())
            drop = before - model.predict_proba(hidden[None])[0, code]
            for i in range(y, y + side):
                for j in range(x, x + side):
                    drops[i][j].append(drop)
    return np.array([[np.mean(cell) for cell in row] for row in drops])


@pytest.mark.parametrize(("side", "move"), [(1, 1), (2, 1), (3, 2), (5, 5)])
def test_maps_equal_the_naive_loop(side, move):
    """Each pixel holds the mean loss over the patches that hid it, borders included."""
    image = np.random.default_rng(0).integers(0, 255, (9, 11)).astype(np.uint8)
    found = occlusion_maps(Mean(), [image], ["bright"], patch=side, stride=move)[0]
    np.testing.assert_allclose(found, naive(Mean(), image, 1, side, move), atol=1e-12)


def test_only_pixels_that_matter_matter():
    """Pixels that the model never reads have exactly no effect."""
    image = np.random.default_rng(1).integers(0, 255, (9, 9)).astype(np.uint8)
    found = occlusion_maps(Mean(), [image], ["bright"], patch=1, stride=1)[0]
    outside = np.ones((9, 9), bool)
    outside[:3, :3] = False
    assert (found[outside] == 0).all()
    assert (found[~outside] != 0).any()


def test_the_predicted_class_is_explained_unless_told():
    """Without targets, the map is that of the class with the highest probability."""
    image = np.zeros((9, 9), np.uint8)
    image[:3, :3] = 250
    own = occlusion_maps(Mean(), [image])[0]
    np.testing.assert_array_equal(own, occlusion_maps(Mean(), [image], ["bright"])[0])
    np.testing.assert_allclose(own, -occlusion_maps(Mean(), [image], ["dark"])[0], atol=1e-12)


@pytest.mark.parametrize("axis", [0, -1])
def test_colour_patches_hide_all_channels(axis):
    """A patch takes every channel's own mean, wherever the channels are."""

    class Blue:
        classes_ = np.array([0, 1])

        def predict_proba(self, images):
            p = np.moveaxis(images, 1 if axis == 0 else -1, -1)[:, 4, 4, 2] / 255
            return np.stack([1 - p, p], axis=1)

    image = np.zeros((9, 9, 3), np.uint8)
    image[4, 4, 2] = 255
    found = occlusion_maps(
        Blue(), [np.moveaxis(image, -1, axis)], [1], patch=1, stride=1, channel_axis=axis
    )[0]
    assert np.argwhere(found > 0).tolist() == [[4, 4]]
    assert found[4, 4] == pytest.approx(1 - 3 / 255)


def test_images_are_left_alone_and_sizes_may_differ():
    """The input is not written to; each image has a map of its own size."""
    images = [np.full((8, 8), 9, np.uint16), np.full((6, 12), 5.0)]
    before = [image.copy() for image in images]
    assert [m.shape for m in occlusion_maps(Mean(), images)] == [(8, 8), (6, 12)]
    for image, copy in zip(images, before, strict=True):
        np.testing.assert_array_equal(image, copy)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"patch": 10}, "patch is 10; it must be from 1 to the image's shorter side"),
        ({"patch": 2, "stride": 3}, "stride is 3"),
        ({"targets": ["grey"]}, "target grey is no class; choose from dark, bright"),
        ({"targets": ["dark", "dark"]}, "targets has shape"),
        ({"channel_axis": -1}, "2-D images"),
    ],
)
def test_bad_settings_are_named(settings, words):
    """What does not fit gives one error that says what would."""
    with pytest.raises(InputError, match=words):
        occlusion_maps(Mean(), np.zeros((1, 9, 9), np.uint8), **settings)
