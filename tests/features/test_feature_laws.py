"""Laws that hold for every family in the registry."""

import joblib
import numpy as np
import pytest

from imgpipe.features import FAMILIES, catalogue, extract, extract_many

DTYPES = ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]

every_family = pytest.mark.parametrize("family", FAMILIES)


def vector(image, mask=None, **settings):
    return np.array(list(extract(image, mask, **settings).values()))


def same(found, expected):
    assert found.shape == expected.shape
    assert found.tobytes() == expected.tobytes()


def same_when_turned(family, found, expected):
    if FAMILIES[family].rounds_by_order:
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)
    else:
        same(found, expected)


@pytest.fixture
def image(rng):
    return rng.integers(0, 200, (13, 11))


@pytest.mark.parametrize("family", [f for f in FAMILIES if not FAMILIES[f].directional])
@pytest.mark.parametrize(
    "turn", [np.rot90, np.fliplr, np.flipud, np.transpose], ids=lambda f: f.__name__
)
def test_turning_changes_nothing(family, turn, image):
    """Rotation by 90 degrees and flips leave merged features as they are."""
    same_when_turned(family, vector(turn(image), families=family), vector(image, families=family))


@pytest.mark.parametrize(
    "family", [f for f in FAMILIES if FAMILIES[f].volumes and not FAMILIES[f].directional]
)
def test_turning_a_volume_within_its_slices_changes_nothing(family, rng):
    """A volume may be turned about its first axis and turned over."""
    volume = rng.integers(0, 50, (4, 6, 5))
    expected = vector(volume, families=family)
    for turned in (np.rot90(volume, axes=(1, 2)), volume[::-1]):
        same_when_turned(family, vector(turned, families=family), expected)


@pytest.mark.parametrize("family", [f for f in FAMILIES if not FAMILIES[f].brightness])
@pytest.mark.parametrize("settings", [{}, {"bin_width": 10}], ids=["number", "size"])
def test_adding_a_constant_changes_no_texture(family, settings, image):
    """Texture is the same for an image that is brighter all over."""
    found = vector(image + 1000, families=family, **settings)
    same(found, vector(image, families=family, **settings))


@pytest.mark.parametrize("family", [f for f in FAMILIES if not FAMILIES[f].beyond_mask])
def test_mask_equals_crop(family, image):
    """A rectangular mask gives what the cropped image gives."""
    mask = np.zeros(image.shape, np.uint8)
    mask[2:10, 3:9] = 1
    same(vector(image, mask, families=family), vector(image[2:10, 3:9], families=family))


@pytest.mark.parametrize("family", [f for f in FAMILIES if not FAMILIES[f].beyond_mask])
def test_outside_of_the_mask_does_not_matter(family, image, rng):
    """Pixels outside the mask may be anything, NaN included."""
    mask = rng.random(image.shape) < 0.9
    expected = vector(image, mask, families=family)
    outside = np.where(mask, image, 1e9)
    same(vector(outside, mask, families=family), expected)
    outside[~mask] = np.nan
    same(vector(outside, mask, families=family), expected)


def test_what_a_family_says_of_itself_is_so(image):
    """Each exception that a family takes from a law is one that it needs."""
    mask = np.zeros(image.shape, bool)
    mask[2:10, 3:9] = True
    for family, said in FAMILIES.items():
        expected = vector(image, mask, families=family)
        turned = vector(np.rot90(image), np.rot90(mask), families=family)
        assert np.allclose(turned, expected, rtol=1e-9, atol=1e-12, equal_nan=True) != (
            said.directional
        )
        brighter = vector(image + 1000, mask, families=family)
        assert np.array_equal(brighter, expected, equal_nan=True) != said.brightness
        outside = vector(np.where(mask, image, 1e9), mask, families=family)
        assert np.array_equal(outside, expected, equal_nan=True) != said.beyond_mask


@every_family
def test_full_mask_is_no_mask(family, image):
    """A mask that is nonzero everywhere is the whole image."""
    mask = np.full(image.shape, -3.5)
    same(vector(image, mask, families=family), vector(image, families=family))


@every_family
def test_stack_equals_one_by_one(family, rng):
    """A stack gives each image's own numbers, to the last bit, whatever lies beside it."""
    images = rng.normal(size=(6, 9, 10))
    images[2] = 4.25
    images[3] *= 1e6
    masks = rng.random((6, 9, 10)) < np.linspace(0.3, 1, 6)[:, None, None]
    for mask in (None, masks):
        values, names = extract_many(images, mask, families=family)
        for k, row in enumerate(values):
            one = extract(images[k], None if mask is None else mask[k], families=family)
            assert list(one) == names
            same(row, np.array(list(one.values())))


@every_family
def test_list_of_differing_sizes(family, rng):
    """A list of images of several sizes keeps its order."""
    images = [rng.random(shape) for shape in [(9, 8), (7, 12), (9, 8), (5, 5)]]
    values, _ = extract_many(images, families=family)
    for row, one in zip(values, images, strict=True):
        same(row, vector(one, families=family))


@every_family
def test_colour_of_equal_channels(family, rng):
    """A gray image in colour has the features of its luminance, wherever the channels stand."""
    gray = rng.integers(0, 256, (9, 8), dtype=np.uint8)
    last = vector(np.stack([gray] * 3, -1), families=family, channel_axis=-1)
    first = vector(np.stack([gray] * 3, 0), families=family, channel_axis=0)
    expected = vector(gray, families=family)
    same(last, first)
    # some features are given for each channel
    same(last, np.tile(expected, len(last) // len(expected)))


@every_family
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(family, dtype, rng):
    """Every dtype gives what its values give as float64."""
    dtype = np.dtype(dtype)
    image = rng.integers(0, 2 if dtype.kind == "b" else 100, (8, 9)).astype(dtype)
    if dtype.kind == "i":
        image -= 50
    same(vector(image, families=family), vector(image.astype(float), families=family))


@every_family
def test_awkward_arrays(family, image, tmp_path):
    """Memory layout does not matter, and neither image nor mask is changed."""
    mask = image > 20
    expected = vector(image, mask, families=family)
    frozen = image.copy()
    frozen.flags.writeable = False
    wide = np.zeros((26, 33), image.dtype)
    wide[::2, ::3] = image
    np.save(tmp_path / "image.npy", image)
    awkward = {
        "read-only": frozen,
        "Fortran": np.asfortranarray(image),
        "strided": wide[::2, ::3],
        "backwards": image[::-1, ::-1].copy()[::-1, ::-1],
        "big-endian": image.astype(">i4"),
        "memmap": np.load(tmp_path / "image.npy", mmap_mode="r"),
        "list": image.tolist(),
    }
    for array in awkward.values():
        same(vector(array, np.asfortranarray(mask), families=family), expected)
    floats = image.astype(float)
    before = floats.copy()
    vector(floats, mask, families=family)
    assert np.array_equal(floats, before)


@every_family
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 2), (3, 3)])
def test_tiny_and_constant_images(family, shape, rng):
    """However small or flat the image, there is a number or NaN under every name."""
    names = [f.name for f in catalogue(family)]
    for array in (rng.random(shape), np.zeros(shape)):
        found = extract(array, families=family)
        assert list(found) == names
        assert not np.isinf(list(found.values())).any()


@every_family
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"aggregation": "all"},
        {"distance": (1, 2), "bins": 8},
        {"bin_width": 20, "low": 0, "range": (0, 150), "outliers": 3.0},
        {"spacing": (0.5, 0.5)},
    ],
    ids=["default", "aggregations", "distances", "range", "spacing"],
)
def test_names_are_those_of_the_catalogue(family, settings, image):
    """extract, extract_many and catalogue agree in names and order."""
    features = catalogue(family, **settings)
    names = [feature.name for feature in features]
    assert list(extract(image, families=family, **settings)) == names
    assert extract_many(image[None], families=family, **settings)[1] == names
    assert len(set(names)) == len(names) > 0
    for feature in features:
        assert feature.family == family
        assert feature.name.startswith(f"{family}_")
        assert feature.description.endswith(".")
        assert feature.unit
        assert feature.ibsi is None or len(feature.ibsi) == 4


@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.slow
@pytest.mark.jit
def test_jobs(backend, rng):
    """Two workers give the numbers of one to the last bit, under the caller's backend."""
    images = rng.random((9, 10, 12))
    masks = rng.random((9, 10, 12)) < 0.8
    expected, names = extract_many(images, masks)
    with joblib.parallel_config(backend=backend):
        found, found_names = extract_many(images, masks, n_jobs=2)
        mixed, _ = extract_many([*images, images[0, :8]], n_jobs=2)
    same(found, expected)
    assert found_names == names
    same(mixed[:9], extract_many(images)[0])
    same(mixed[9], vector(images[0, :8]))
