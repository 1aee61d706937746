import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")

from imgpipe._common import InputError
from imgpipe.learn.networks import Augmentation

OFF = {"crop": 0, "intensity": 0, "noise": 0}


def apply(batch, seed=0, **ranges):
    return Augmentation(**{**OFF, **ranges})(batch, torch.Generator().manual_seed(seed))


@pytest.fixture
def batch():
    return torch.from_numpy(np.random.default_rng(0).normal(size=(6, 3, 9, 9))).float()


def shifted(image, dy, dx):
    """Naive oracle: content moves up by dy and left by dx, borders repeat."""
    _, h, w = image.shape
    out = np.empty_like(image)
    for y in range(h):
        for x in range(w):
            out[:, y, x] = image[:, min(max(y + dy, 0), h - 1), min(max(x + dx, 0), w - 1)]
    return out


def test_all_ranges_at_zero_change_nothing(batch):
    """An augmentation with every range at zero is the identity."""
    assert torch.equal(apply(batch), batch)


def test_a_certain_flip_mirrors_every_image(batch):
    """Probability 1 mirrors all, along the stated axis."""
    assert torch.equal(apply(batch, flip_horizontal=1), batch.flip(3))
    assert torch.equal(apply(batch, flip_vertical=1), batch.flip(2))


def test_a_flip_of_half_probability_mirrors_about_half():
    """Each image is flipped on its own, with the stated probability."""
    many = torch.arange(2.0).repeat(2000, 1, 1, 1)
    share = (apply(many, flip_horizontal=0.5)[:, 0, 0, 0] == 1).float().mean()
    assert share == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("offset", [-2, 0, 1, 3])
def test_a_fixed_crop_moves_by_whole_pixels(batch, offset):
    """A crop is a shift by whole pixels with the border's values beyond the border."""
    found = apply(batch, crop=(offset, offset)).numpy()
    for image, moved in zip(batch.numpy(), found, strict=True):
        np.testing.assert_array_equal(moved, shifted(image, offset, offset))


def test_random_crops_stay_in_their_range(batch):
    """Every cropped image equals one of the shifts allowed, channels together."""
    for image, moved in zip(batch.numpy(), apply(batch, crop=1).numpy(), strict=True):
        allowed = [shifted(image, y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        assert any(np.array_equal(moved, one) for one in allowed)


def test_a_quarter_turn_is_exact(batch):
    """Rotation by 90 degrees equals NumPy's, counter-clockwise."""
    found = apply(batch, rotation=(90, 90)).numpy()
    np.testing.assert_allclose(found, np.rot90(batch.numpy(), axes=(2, 3)), atol=1e-5)


def test_a_half_turn_of_an_oblong_image_is_exact():
    """Rotation is in pixels, not in shares of the sides."""
    batch = torch.rand(2, 1, 4, 7, generator=torch.Generator().manual_seed(1))
    found = apply(batch, rotation=(180, 180))
    torch.testing.assert_close(found, batch.flip((2, 3)), atol=1e-5, rtol=0)


def test_a_turn_by_45_degrees_keeps_distances_on_an_oblong_image():
    """A point 4 px right of the centre lands 4 px away along the diagonal."""
    image = torch.zeros(1, 1, 21, 41)
    image[0, 0, 10, 24:29] = 1.0
    image[0, 0, 9:12, 26] = 1.0
    found = apply(image, rotation=(45, 45))[0, 0]
    grid = torch.stack(torch.meshgrid(torch.arange(21.0), torch.arange(41.0), indexing="ij"))
    y, x = (grid * found).sum(dim=(1, 2)) / found.sum()
    r = 6 / 2**0.5
    assert (float(y), float(x)) == (pytest.approx(10 - r, abs=0.1), pytest.approx(20 + r, abs=0.1))


def test_a_whole_shift_equals_the_crop_of_opposite_sign(batch):
    """Shift moves the content by its pixels; bilinear at whole pixels is exact."""
    found = apply(batch, shift=(2, 2)).numpy()
    for image, moved in zip(batch.numpy(), found, strict=True):
        np.testing.assert_allclose(moved, shifted(image, -2, -2), atol=1e-5)


def test_magnification_keeps_the_centre():
    """Twice the scale shows the middle half at twice the size."""
    ramp = torch.arange(8.0).repeat(1, 1, 8, 1)
    found = apply(ramp, scale=(2, 2))[0, 0, 0]
    np.testing.assert_allclose(found, 3.5 + (np.arange(8) - 3.5) / 2, atol=1e-5)


def test_intensity_is_one_line_an_image(batch):
    """Contrast and brightness map each image by one straight line within the ranges."""
    found = apply(batch, intensity=0.2)
    for image, changed in zip(batch, found, strict=True):
        slope, offset = np.polyfit(image.flatten().numpy(), changed.flatten().numpy(), 1)
        assert 0.8 <= slope <= 1.2
        assert abs(offset) <= 0.2
        np.testing.assert_allclose(changed, slope * image + offset, atol=1e-5)
    assert not torch.equal(found, batch)


def test_noise_has_the_stated_deviation():
    """A fixed noise range gives Gaussian noise of that standard deviation."""
    found = apply(torch.zeros(50, 1, 20, 20), noise=(0.5, 0.5))
    assert float(found.std()) == pytest.approx(0.5, rel=0.02)
    assert float(found.mean()) == pytest.approx(0, abs=0.02)


def test_the_seed_decides_and_the_input_stays(batch):
    """The same generator gives the same batch; the input is not written to."""
    before = batch.clone()
    ranges = {"crop": 2, "intensity": 0.1, "noise": 0.1, "rotation": 10, "scale": 0.1, "shift": 1}
    assert torch.equal(apply(batch, 3, **ranges), apply(batch, 3, **ranges))
    assert not torch.equal(apply(batch, 3, **ranges), apply(batch, 4, **ranges))
    assert torch.equal(batch, before)


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"flip_vertical": 1.5}, "flip_vertical is 1.5; it is a probability"),
        ({"rotation": -5}, "rotation is -5"),
        ({"shift": (2, 1)}, r"shift is \(2, 1\)"),
        ({"crop": 1.5}, "crop is 1.5; give whole pixels"),
        ({"scale": 1.0}, "scale is 1.0; factors must be above 0"),
        ({"scale": (-1, 1)}, "scale"),
        ({"intensity": (-2, 0)}, "intensity"),
        ({"noise": (-1, 0)}, "noise"),
        ({"noise": float("nan")}, "noise is nan"),
    ],
)
def test_senseless_ranges_are_refused(ranges, words):
    """A range that means nothing is named."""
    with pytest.raises(InputError, match=words):
        Augmentation(**ranges).check()
