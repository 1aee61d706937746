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


@pytest.mark.parametrize("length", [1e-9, 1e9])
def test_the_longest_and_shortest_pixels(length, rng):
    """In pixels a thousand million times as long, shape and gradients follow their units."""
    volume, mask = rng.random((5, 6, 7)), rng.random((5, 6, 7)) < 0.6
    settings = {"families": ["morphology", "gradient"]}
    expected = vector(volume, mask, **settings)
    units = [feature.unit for feature in catalogue(**settings, ndim=3)]
    powers = {"mm": 1, "mm^2": 2, "mm^3": 3, "1/mm": -1, "intensity mm^3": 3, "intensity/mm": -1,
              "intensity^2/mm^2": -2}  # fmt: skip
    scales = length ** np.array([float(powers.get(unit, 0)) for unit in units])
    found = vector(volume, mask, spacing=(length,) * 3, **settings)
    # weights of Moran's I by distance, and gradients, are the same up to rounding
    assert found == pytest.approx(expected * scales, rel=1e-6, nan_ok=True)


def test_the_longest_sides():
    """A block of pixels ten thousand times as long as wide has the axes of a block."""
    settings = {"families": "morphology", "spacing": (1e4, 1, 1)}
    found = extract(np.arange(60.0).reshape(3, 4, 5), **settings)
    sides = np.array([3e4, 4, 5]) ** 2 - np.array([1e4, 1, 1]) ** 2
    axes = sorted(4 * np.sqrt(sides / 12 * 60 / 59), reverse=True)
    names = ("major", "minor", "least")
    assert [found[f"morphology_{n}_axis_length"] for n in names] == pytest.approx(axes, rel=1e-7)


SMALL_MASKS = {
    "one pixel": [(3, 4)],
    "one pixel in a corner": [(0, 0)],
    "two that touch by a corner": [(3, 4), (4, 5)],
    "a row": [(5, x) for x in range(9)],
    "a column": [(y, 0) for y in range(9)],
    "isolated": [(y, x) for y in (0, 3, 6) for x in (0, 3, 6)],
    "the corners": [(0, 0), (0, 8), (8, 0), (8, 8)],
}


@pytest.mark.parametrize("where", SMALL_MASKS)
@pytest.mark.parametrize("kind", ["gray", "floats", "flat", "volume"])
def test_small_masks(where, kind, rng):
    """Whatever the mask, values are finite or NaN, the mean is right, and each pixel is counted."""
    image = np.full((9, 9), 0.1) if kind == "flat" else rng.random((9, 9))
    image = (image * 200).astype(np.uint8) if kind == "gray" else image
    mask = np.zeros((9, 9), bool)
    mask[tuple(np.transpose(SMALL_MASKS[where]))] = True
    spacing = (2.0, 0.5)
    if kind == "volume":
        image, mask = np.stack([image, image.T]), np.stack([mask, np.zeros_like(mask)])
        spacing = (3.0, 2.0, 0.5)
    found = extract(image, mask, families="all", spacing=spacing)
    assert not np.isinf(list(found.values())).any()
    n = len(SMALL_MASKS[where])
    assert found["intensity_mean"] == pytest.approx(image[mask].mean(), rel=1e-12)
    size = "morphology_volume_voxels" if kind == "volume" else "morphology_area_pixels"
    assert found[size] == n * np.prod(spacing)
    assert found["ngldm_dependence_count_percentage"] == 1
    if where in ("one pixel", "one pixel in a corner", "isolated", "the corners"):
        assert all(np.isnan(v) for name, v in found.items() if name.startswith("glcm_"))
        assert found["glszm_zone_percentage"] == found["glrlm_run_percentage"] == 1


@pytest.mark.parametrize("value", [0.0, -0.0, 0.1, 1 / 3, -7.7, 1e-320, 1e300])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_flat_floats(value, dtype):
    """A flat image has no texture, whatever its value: all pixels alike, no warning."""
    with np.errstate(over="ignore"):
        image = np.full((15, 15), value).astype(dtype)
    if not np.isfinite(image).all():
        pytest.skip("beyond float32")
    for mask in (None, np.hypot(*(np.indices((15, 15)) - 7)) < 7):
        found = extract(image, mask, families="all")
        assert found["lbp_p8_r1_08"] == found["lbp_p16_r2_16"] == 1
        assert found["intensity_variance"] == found["gradient_maximum"] == 0
        assert found["histogram_entropy"] == found["glcm_contrast"] == 0
        assert found["glcm_angular_second_moment"] == 1
        assert found["intensity_mean"] == image[0, 0]
