"""The public doors: settings, registry, collections of images, and errors for bad input."""

import inspect
import math
import time

import joblib
import numpy as np
import pytest

from imgpipe import InputError, features
from imgpipe._common import ImageError
from imgpipe.features import FAMILIES, Family, Feature, catalogue, extract, extract_many
from imgpipe.features.inputs.settings import ExtractionSettings, settings_from
from imgpipe.features.jobs import stacks as _many
from imgpipe.images import Image

IMAGE = np.arange(30.0).reshape(5, 6)


def families_in(names):
    return list(dict.fromkeys(name.partition("_")[0] for name in names))


def test_groups_of_families():
    """'default', 'ibsi' and 'all' come from the registry; lists keep their order."""
    volume = np.arange(60.0).reshape(3, 4, 5)
    default = ["intensity", "histogram", "glcm", "lbp", "hog"]
    assert families_in(extract(IMAGE)) == default
    assert families_in(extract(volume)) == default[:-1]
    assert [f.name for f in FAMILIES.values() if f.default] == default
    ibsi = [name for name, family in FAMILIES.items() if family.ibsi]
    assert list(dict.fromkeys(f.family for f in catalogue("ibsi"))) == ibsi
    assert list(dict.fromkeys(f.family for f in catalogue("all"))) == list(FAMILIES)
    assert families_in(extract(IMAGE, families=["lbp", "intensity", "lbp"])) == ["lbp", "intensity"]


def test_a_new_family_is_one_line(monkeypatch):
    """A family in the registry is in the catalogue, in 'all', and in the results at once."""

    def describe(plan):
        return [Feature("size_pixels", "size", None, None, "1", "Number of pixels.")]

    def compute(batch, plan):
        return batch.counts[:, None].astype(float)

    assert "size" not in families_in(extract(IMAGE, families="all"))
    monkeypatch.setitem(FAMILIES, "size", Family("size", "Size", describe, compute, ibsi=False))
    found = extract(IMAGE, IMAGE > 4, families="all")
    assert found["size_pixels"] == 25
    assert [f.name for f in catalogue("all")] == list(found)
    assert "size" not in families_in(extract(IMAGE))


def test_default_sizes():
    """The default gives 18 + 23 + 25 + 28 + 441 numbers for an image."""
    counts = {name: len(catalogue(name)) for name in FAMILIES}
    assert counts["intensity"] == 18
    assert counts["histogram"] == 23
    assert counts["glcm"] == 25
    assert counts["lbp"] == 28
    assert counts["hog"] == 441


def test_default_aggregation():
    """Names are equal for images and volumes by default, aggregations differ."""
    flat, deep = catalogue("glcm"), catalogue("glcm", spacing=(2, 1, 1))
    assert [f.name for f in flat] == [f.name for f in deep]
    assert {f.aggregation for f in flat} == {"SUJT"}
    assert {f.aggregation for f in deep} == {"IAZD"}


def test_aggregation_of_the_other_kind_of_matrix():
    """A code for zones means the one of equal dimension for pairs."""
    assert {f.aggregation for f in catalogue("glcm", "8QNN")} == {"SUJT"}
    assert {f.aggregation for f in catalogue("glcm", ["KOBO", "62GR"])} == {"IAZD", "ZW7Z"}


def test_catalogue_of_colour():
    """With channel_axis the catalogue has three channels unless it is told otherwise."""
    colour = np.stack([IMAGE] * 3, -1)
    names = [f.name for f in catalogue(channel_axis=-1)]
    assert names == list(extract(colour, channel_axis=-1))
    assert len(catalogue("intensity", channel_axis=-1, channels=1)) == 18


def test_morphological_mask_leaves_intensities_alone():
    """A mask of the shape changes nothing that is computed from intensities."""
    mask = IMAGE > 7
    found = extract(IMAGE, mask, morphological_mask=np.ones(IMAGE.shape), families="ibsi")
    expected = extract(IMAGE, mask, families="ibsi")
    for name in ("intensity_mean", "histogram_entropy", "glcm_contrast"):
        assert found[name] == expected[name]


def test_stack_of_volumes_and_of_colour(rng):
    """A stack may hold volumes, or colour images with the channels last."""
    volumes = rng.random((2, 3, 4, 5))
    values, names = extract_many(volumes)
    assert dict(zip(names, values[1].tolist(), strict=True)) == pytest.approx(
        extract(volumes[1]), abs=0, nan_ok=True
    )
    values, names = extract_many(rng.random((4, 6, 5, 3)), channel_axis=-1)
    assert values.shape == (4, len(catalogue(channel_axis=-1)))


class Lazy:
    """Images that are made when they are asked for, and forgotten."""

    def __init__(self, images):
        self.images, self.read = images, []

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        self.read.append(index)
        return self.images[index]


def test_lazy_sequence_is_read_once_in_order(rng, monkeypatch):
    """A lazy sequence is read item by item, each once, over several chunks."""
    monkeypatch.setattr(_many, "_CHUNK_PIXELS", 100)
    images = rng.random((7, 6, 6))
    lazy = Lazy(images)
    values, _ = extract_many(lazy, families="intensity")
    assert lazy.read == list(range(7))
    assert np.array_equal(values, extract_many(images, families="intensity")[0])


def test_object_array_of_images(rng):
    """An object array of images of several sizes is a sequence."""
    images = np.empty(2, object)
    images[:] = [rng.random((4, 5)), rng.random((6, 3))]
    assert extract_many(images, families="intensity")[0].shape == (2, 18)


def test_paths(tmp_path, rng):
    """Images and masks may be paths; files know their colour."""
    from imgpipe.images import write

    gray = rng.integers(0, 256, (6, 7), dtype=np.uint8)
    colour = rng.integers(0, 256, (6, 7, 3), dtype=np.uint8)
    write(tmp_path / "gray.png", gray)
    write(tmp_path / "colour.png", colour, channel_axis=-1)
    write(tmp_path / "mask.png", (gray > 99).astype(np.uint8))
    found = extract(tmp_path / "gray.png", tmp_path / "mask.png")
    assert found == pytest.approx(extract(gray, gray > 99), abs=0, nan_ok=True)
    values, names = extract_many([str(tmp_path / "colour.png")])
    assert names == [f.name for f in catalogue(channel_axis=-1)]
    assert values[0] == pytest.approx(list(extract(colour, channel_axis=-1).values()), abs=0)
    with pytest.raises(InputError, match=r"colour\.png gives other features"):
        extract_many([tmp_path / "gray.png", tmp_path / "colour.png"])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_errors_know_the_image(rng, monkeypatch, n_jobs):
    """The error about an image holds its position, across chunks, sizes and processes."""
    monkeypatch.setattr(_many, "_CHUNK_PIXELS", 100)
    images = [rng.random((6, 6 + i % 2)) for i in range(9)]
    images[7][2, 3] = np.nan
    with pytest.raises(InputError, match=r"^image 7 holds 1 NaN .* pixels; replace them") as caught:
        extract_many(images, families="intensity", n_jobs=n_jobs)
    assert caught.value.index == 7
    masks = [np.ones(image.shape) for image in images]
    with pytest.raises(InputError, match=r"^image 7 holds 1 NaN .* inside the mask; ") as caught:
        extract_many(images, masks, families="intensity", n_jobs=n_jobs)
    assert caught.value.index == 7


@pytest.mark.parametrize(
    ("low", "high", "overflow"),
    [
        (0.0, 1e302, True),
        (-1.7e308, 1.7e308, True),
        (np.int64(-(2**63)), np.int64(2**63 - 1), False),
        (np.uint64(0), np.uint64(2**64 - 1), False),
    ],
)
def test_overflow_is_undefined(rng, low, high, overflow):
    """Features that exceed float64 are NaN, never infinite; nothing warns at the limits."""
    image = np.where(rng.random((9, 9)) < 0.5, low, high)
    found = extract(image, families=["intensity", "morphology"])
    assert not np.isinf(list(found.values())).any()
    assert math.isnan(found["intensity_variance"]) == overflow
    assert found["intensity_maximum"] == float(high)


def test_jobs_of_the_caller(rng):
    """n_jobs=None takes the number of workers from joblib's configuration."""
    images = rng.random((5, 6, 6))
    expected, _ = extract_many(images, families="intensity")
    with joblib.parallel_config(backend="threading", n_jobs=2):
        found, _ = extract_many(images, families="intensity")
    assert np.array_equal(found, expected)


@pytest.mark.jit
def test_a_thousand_small_images_take_a_quarter_of_a_second(rng):
    """1,000 images of 28x28 with the default families take at most 0.25 s of one CPU, warm."""
    images = rng.integers(0, 256, (1000, 28, 28), dtype=np.uint8)
    extract_many(images[:2])
    spent = []
    for _ in range(5):
        start = time.process_time()
        extract_many(images)
        spent.append(time.process_time() - start)
    assert min(spent) <= 0.25


def test_public_functions_have_one_set_of_settings():
    """extract, extract_many and catalogue name the same settings, with the same defaults."""
    doors = [inspect.signature(door).parameters for door in (extract, extract_many, catalogue)]
    common = set(doors[0]) & set(doors[1]) & set(doors[2])
    assert common == {*ExtractionSettings.__annotations__, "morphological_mask"}
    for name in common:
        assert len({door[name].default for door in doors}) == 1
    defaults = {name: doors[0][name].default for name in ExtractionSettings.__annotations__}
    assert settings_from(**defaults) == settings_from()


def test_warm():
    """warm() names every family with the seconds it took."""
    done = features.warm()
    assert [name for name, _ in done] == list(FAMILIES)
    assert all(seconds >= 0 for _, seconds in done)


BAD_SETTINGS = [
    ({"families": "glmc"}, r"'glmc' is unknown; use .*'glcm'.*'all'"),
    ({"families": []}, "families must be"),
    ({"families": 3}, "families must be"),
    ({"aggregation": "MEAN"}, "'MEAN' is unknown; use .*BTW3"),
    ({"aggregation": "IAZD"}, "needs a volume"),
    ({"bins": 1}, "between 2 and 4096"),
    ({"bins": 60000}, "between 2 and 4096"),
    ({"bins": 8.5}, "bins must be an integer"),
    ({"bins": True}, "bins must be an integer"),
    ({"bin_width": 0}, "bin_width must be positive"),
    ({"bin_width": math.nan}, "bin_width must be a finite number"),
    ({"bins": 16, "bin_width": 2}, "exclude each other"),
    ({"low": 0}, "needs bin_width"),
    ({"range": 5}, "range must be two numbers"),
    ({"range": (5, 1)}, "low <= high"),
    ({"range": (math.nan, 1)}, "low <= high"),
    ({"range": (100, 200)}, "leaves no pixel in the mask of the image"),
    ({"outliers": -1}, "outliers must be positive"),
    ({"distance": 0}, "distance must be"),
    ({"distance": 1.5}, "distance must be"),
    ({"distance": []}, "distance must be"),
    ({"spacing": 1.0}, "spacing must be one length"),
    ({"spacing": (1, 0)}, "positive lengths"),
    ({"spacing": (1, -1)}, "positive lengths"),
    ({"spacing": (1e-60, 1e-60)}, r"spacing=\(1e-60, 1e-60\) is beyond .* in mm\?"),
    ({"spacing": (1, 1e52)}, "is beyond the sizes of pixels"),
    ({"spacing": (5e-324, 1)}, "is beyond the sizes of pixels"),
    ({"spacing": (0.001, 50)}, r"5e\+04 times as long as wide"),
    ({"spacing": (1, 1, 1)}, "3 values, but the image has 2"),
    ({"label": 1}, "there is no mask"),
    ({"label": "a"}, "label must be a finite number"),
    ({"channel_axis": 5}, "channel_axis"),
    ({"channel_axis": -1}, "channel_axis=-1"),
]


@pytest.mark.parametrize(("settings", "match"), BAD_SETTINGS, ids=str)
def test_bad_settings(settings, match):
    """A setting that cannot be used gives one error that says what would do."""
    with pytest.raises(InputError, match=match):
        extract(IMAGE, **settings)


def test_spacing_that_no_pixel_has_is_an_error_of_the_image():
    """Lengths that an image brings along are checked as those that are given, by its number."""
    far = Image(IMAGE, spacing=(1e-60, 1.0))
    with pytest.raises(ImageError, match=r"image 1: spacing=\(1e-60, 1.0\) is beyond") as caught:
        extract_many([Image(IMAGE, spacing=(1.0, 1.0)), far])
    assert caught.value.index == 1


BAD_IMAGES = [
    (np.float64(3), "has shape"),
    (np.arange(3.0), r"has shape \(3,\)"),
    (np.zeros((2, 2, 2, 2)), "has shape"),
    (np.zeros((0, 4)), "has no pixels"),
    (np.zeros((3, 3), complex), "dtype complex128"),
    (np.array([["a"]]), "dtype <U1"),
    (np.array([[None]]), "dtype object"),
    ([[1, 2], [3]], "not an array of numbers"),
    (np.ma.masked_equal(np.eye(3), 0), "masked array"),
    (np.array([[1, np.nan], [np.inf, -np.inf]]), "3 NaN or infinite pixels"),
]


@pytest.mark.parametrize(("image", "match"), BAD_IMAGES, ids=lambda v: str(v)[:25])
def test_bad_images(image, match):
    """What is no image gives an error that names what was found."""
    with pytest.raises(InputError, match=match):
        extract(image)


BAD_MASKS = [
    (np.zeros((5, 6)), {}, "mask of the image is empty"),
    (np.ones((6, 5)), {}, r"shape \(6, 5\), but the image has \(5, 6\)"),
    (np.ones(6), {}, r"shape \(6,\)"),
    (np.full((5, 6), np.nan), {}, "NaN or infinite values"),
    (np.full((5, 6), 2), {"label": 7}, "label 7 is not in mask of the image; found 2"),
    (
        None,
        {"morphological_mask": np.zeros(IMAGE.shape)},
        "morphological_mask of the image is empty",
    ),
    (None, {"morphological_mask": np.ones((2, 2))}, "morphological_mask of the image has shape"),
]


@pytest.mark.parametrize(("mask", "settings", "match"), BAD_MASKS, ids=range(len(BAD_MASKS)))
def test_bad_masks(mask, settings, match):
    """A mask that fits nothing gives an error that names what was found."""
    with pytest.raises(InputError, match=match):
        extract(IMAGE, mask, **settings)


BAD_COLLECTIONS = [
    (np.zeros((0, 4, 4)), None, "there are no images"),
    ([], None, "there are no images"),
    (IMAGE, None, "For one image use extract"),
    ("a.png", None, "must be an array or a sequence"),
    (iter([IMAGE]), None, "must be an array or a sequence"),
    ([IMAGE] * 3, [IMAGE > 3] * 2, "2 masks for 3 images"),
    ([IMAGE], 5, "one mask per image"),
    ([IMAGE, np.zeros((2, 3, 4))], None, "image 1 gives other features"),
    ([IMAGE, IMAGE * np.nan], None, "image 1 holds 30 NaN"),
    ([IMAGE, IMAGE], [IMAGE > 3, IMAGE > 99], "mask of image 1 is empty"),
]


@pytest.mark.parametrize(
    ("images", "masks", "match"), BAD_COLLECTIONS, ids=range(len(BAD_COLLECTIONS))
)
def test_bad_collections(images, masks, match):
    """An error in a batch names the image."""
    with pytest.raises(InputError, match=match):
        extract_many(images, masks)


@pytest.mark.parametrize("n_jobs", [0, 1.5, "all"])
def test_bad_jobs(n_jobs):
    """The number of workers is an integer other than zero."""
    with pytest.raises(InputError, match="n_jobs must be"):
        extract_many([IMAGE], n_jobs=n_jobs)


def test_ndim_of_the_catalogue():
    """There are images and volumes only."""
    with pytest.raises(InputError, match="ndim must be 2"):
        catalogue(ndim=4)
