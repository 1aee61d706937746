"""Filters and extraction as JSON and back, and what is refused in a stranger's file."""

import json
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError, features, kernels
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.steps import MOST_FILTERS, from_settings, to_settings
from imgpipe.bundle.archive.values import MOST_CELLS, from_plain, to_plain
from imgpipe.bundle.inference.pipeline import BundledPipeline
from imgpipe.images import Images
from imgpipe.kernels.choosing import extent_of
from imgpipe.learn import FeatureExtractor, Filter

GRAY = Expected((24, 20), None, "uint8", None, "image")
COLOUR = Expected((24, 20, 3), -1, "uint8", None, "image")
DISK = np.hypot(*np.mgrid[-2:3, -2:3]) < 2.5
WEIGHTS = np.array([[0.1, -0.3, 1 / 3], [0.0, 1.0, 2.0]], np.float32)

FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("mean", {"size": (3, 5), "mode": ("wrap", "mirror"), "output": np.float32}),
    ("mean", {"size": np.array([3, 4]), "origin": [0, -1], "output": "float64"}),
    ("median", {"footprint": DISK, "mode": "constant", "cval": 255}),
    ("median", {"footprint": DISK.tolist(), "output": np.dtype("uint16")}),
    ("gaussian", {"sigma": (0.7, 1e-3), "truncate": 3.3}),
    ("gaussian", {"sigma": np.float32(1.1), "radius": (2, 3), "mode": "grid-wrap"}),
    ("erosion", {"size": (1, 4), "origin": (0, 1)}),
    ("gradient", {}),
    ("white_tophat", {"footprint": DISK.astype(int)}),
    ("convolve", {"weights": WEIGHTS, "output": float, "mode": "constant", "cval": -1.5}),
    ("correlate", {"weights": [[1, 2], [3, 4]], "origin": -1}),
]
EXTRACTIONS: list[dict[str, Any]] = [
    {},
    {"families": ["intensity", "glcm"], "aggregation": ["BTW3"], "distance": (1, 2), "bins": 16},
    {"families": "ibsi", "bin_width": 3, "low": -5, "ivh_bins": 100, "outliers": 3.0},
    {"families": ("histogram",), "range": (-np.inf, 200), "bins": np.int64(8)},
    {"families": ("morphology", "ivh"), "spacing": np.array([0.5, 0.7]), "ivh_bin_width": 0.1},
    {"families": "glcm", "spacing": (2, 1), "resampling": 1.5},
    {
        "families": "glcm",
        "spacing": (2, 1),
        "resampling": {"spacing": (None, 0.7), "rounding": True},
    },
]


def through_json(filters: Any, extraction: Any, expected: Expected, names: Any = ()) -> Any:
    """Write steps as text and read them again."""
    return from_settings(json.loads(json.dumps(to_settings(filters, extraction))), expected, names)


def names_of(extraction: dict[str, Any], expected: Expected = GRAY) -> list[str]:
    """Names of the features."""
    axis = expected.channel_axis
    return [each.name for each in features.catalogue(**{"channel_axis": axis, **extraction})]


@pytest.mark.parametrize(("name", "settings"), FILTERS, ids=lambda value: str(value)[:40])
def test_filters_come_back(name: str, settings: dict[str, Any]) -> None:
    """A filter that went through JSON gives the same pixels, of the same type."""
    for expected in (GRAY, COLOUR):
        pixels = np.random.default_rng(0).integers(0, 256, (3, *expected.image_shape), np.uint8)
        images = Images(pixels, channel_axis=expected.channel_axis)
        given = Filter(name, **settings)
        params = given.get_params(deep=False)
        [(again, found)], nothing = through_json([(params.pop("name"), params)], None, expected)
        assert (again, nothing, set(found)) == (name, None, set(params))
        one = given.transform(images).pixels
        other = Filter(again, **found).transform(images).pixels
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


@pytest.mark.parametrize("given", EXTRACTIONS, ids=str)
def test_extractions_come_back(given: dict[str, Any]) -> None:
    """An extraction that went through JSON gives the same numbers under the same names."""
    extractor = FeatureExtractor(**given)
    settings = {k: v for k, v in extractor.get_params().items() if k != "n_jobs"}
    _, found = through_json([], settings, GRAY, names_of(settings))
    own = {k: v for k, v in settings.items() if k != "resampling" or v is not None}
    assert set(found) == set(own)
    images = np.random.default_rng(0).integers(0, 256, (3, *GRAY.image_shape), np.uint8)
    expected, names = features.extract_many(images, **settings)
    values, again = features.extract_many(images, **found)
    assert names == again
    assert np.array_equal(values, expected, equal_nan=True)


@pytest.mark.parametrize(
    "how",
    [{"spacing": [1, {"a": 1}]}, {"to": 1}, {"spacing": -1}, {"spacing": [1] * 9}, "1", {},
     {"spacing": 1, "interpolation": "x" * 999}, {"spacing": 1, "rounding": 1}, {"spacing": {}}],
    ids=str,
)  # fmt: skip
def test_a_resampling_that_no_one_means(how: Any) -> None:
    """What a stranger's file says of resampling is read strictly."""
    told = {"families": "intensity", "spacing": [1, 1], "resampling": how}
    with pytest.raises(InputError):
        from_settings(
            {"filters": [], "extraction": told}, GRAY, names_of({"families": "intensity"})
        )


def test_features_per_channel() -> None:
    """The channels of the images are those of the features' names."""
    settings = {"families": "intensity", "channel_axis": -1}
    names = names_of(settings, COLOUR)
    assert through_json([], settings, COLOUR, names)[1] == settings
    with pytest.raises(InputError, match="wrong features"):
        through_json([], settings, COLOUR, [name for name in names if "_c2" not in name])


def test_the_order_of_features() -> None:
    """Names in another order, or of other features, are refused, and the first is told."""
    names = names_of({})
    turned = [names[1], names[0], *names[2:]]
    with pytest.raises(InputError, match=f"wrong feature order: feature 0 is '{names[1]}'"):
        through_json([], {}, GRAY, turned)
    with pytest.raises(InputError, match=r"wrong features: .* 'best_feature' among them"):
        through_json([], {}, GRAY, [*names[:-1], "best_feature"])


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2**60, -(2**63), 1.5, -0.0, np.inf, -np.inf, "x", (1, 2.5, "a"), (),
     np.array([1.0, 2.0]), np.zeros((2, 0, 3), np.int8), np.float32([0.1, 3e38])],
    ids=str,
)  # fmt: skip
def test_values_come_back(value: Any) -> None:
    """A value that went through JSON is the same, in its own type."""
    found = from_plain(json.loads(json.dumps(to_plain(value, "x"))), "x")
    assert type(found) is type(value)
    if isinstance(value, np.ndarray):
        assert (found.dtype, found.shape) == (value.dtype, value.shape)
    assert np.array_equal(found, value)
    assert str(found) == str(value)
    assert np.isnan(from_plain(to_plain(np.nan, "x"), "x"))


@pytest.mark.parametrize(
    "value",
    [object(), 1j, {"a": 1}, {1, 2}, b"x", [[1], [1, 2]], np.array(["a"]), np.array([np.nan]),
     np.zeros(MOST_CELLS + 1), np.array([2**60]), "x" * 1000, 2**70, [None] * 100, len,
     np.zeros(3, complex), [["a", "b"]], np.datetime64("2020")],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_values_that_are_not_written(value: Any) -> None:
    """A value that would not come back is refused when it is written."""
    with pytest.raises(InputError, match=r"^sigma "):
        to_plain(value, "sigma")


BAD_VALUES: list[Any] = [
    {"dtype": "object"}, {"dtype": ["f4"]}, {"float": "1e3"}, {"int": "1_0"}, {"int": "9" * 99},
    {"int": 3}, {"array": [1]}, {"array": {"dtype": "int8", "shape": [1], "cells": [300]}},
    {"array": {"dtype": "int8", "shape": [2], "cells": [1]}},
    {"array": {"dtype": "int8", "shape": [-1, -1], "cells": [1]}},
    {"array": {"dtype": "int8", "shape": [1], "cells": [1.5]}},
    {"array": {"dtype": "float32", "shape": [1], "cells": [1e39]}},
    {"array": {"dtype": "bool", "shape": [1], "cells": [True]}},
    {"array": {"dtype": "int8", "shape": [1] * 9, "cells": [1]}},
    {"array": {"dtype": "int8", "shape": [0, 10**12], "cells": []}},
    {"array": {"dtype": "int8", "shape": [1], "cells": [1], "more": 0}},
    {"array": {"dtype": "int8", "shape": [MOST_CELLS + 1], "cells": [0] * (MOST_CELLS + 1)}},
    {"pickle": "x"}, {}, {"int": "1", "float": "nan"}, [[1]], [1] * 99, "x" * 999,
]  # fmt: skip


@pytest.mark.parametrize("plain", BAD_VALUES, ids=lambda plain: str(plain)[:50])
def test_values_of_a_stranger(plain: Any) -> None:
    """Anything that is not written is not read."""
    with pytest.raises(InputError, match=r"^sigma "):
        from_plain(plain, "sigma")


def bad_filter(name: Any, **settings: Any) -> dict[str, Any]:
    """Steps of one filter."""
    return {"filters": [{"name": name, "settings": settings}], "extraction": None}


BAD_STEPS = {
    "huge window": (bad_filter("mean", size=10**9), "longer than 65536"),
    "window of half a gigabyte": (bad_filter("median", size=[60000, 9000]), "too large for"),
    "long window": (bad_filter("erosion", size=5000), "too large for images of 24 x 20"),
    "huge sigma": (bad_filter("gaussian", sigma=1e12), "longer than 65536"),
    "infinite sigma": (bad_filter("gaussian", sigma={"float": "inf"}), "finite number"),
    "sigma of long windows": (bad_filter("gaussian", sigma=1000), "too large for"),
    "huge radius": (bad_filter("gaussian", sigma=1, radius=10**6), "longer than 65536"),
    "negative size": (bad_filter("mean", size=-3), "at least 1"),
    "size in text": (bad_filter("mean", size="3"), "must be an integer"),
    "three sizes": (bad_filter("mean", size=[3, 3, 3]), "one per filtered axis"),
    "sizes and nothing": (bad_filter("mean", size=[3, None]), "must be an integer"),
    "no size": (bad_filter("mean", size=None), "must be an integer"),
    "unknown mode": (bad_filter("mean", mode="over there"), "mode must be one of"),
    "mode of numbers": (bad_filter("mean", mode=3), "setting that cannot be used"),
    "mode of an array": (
        bad_filter("mean", mode={"array": {"dtype": "int8", "shape": [2], "cells": [1, 2]}}),
        "mode must be one of",
    ),
    "origin outside": (bad_filter("mean", origin=7), "origin must lie between"),
    "cval in text": (bad_filter("mean", mode="constant", cval="x"), "one real number"),
    "huge cval": (bad_filter("mean", mode="constant", cval={"int": "9" * 19}), None),
    "output of objects": (bad_filter("mean", output="O"), "has dtype object"),
    "output of many": (bad_filter("mean", output="(99999,99999)f8"), "^mean: "),
    "no sigma": (bad_filter("gaussian"), "needs sigma"),
    "unknown setting": (bad_filter("mean", sigma=2), "takes no setting 'sigma'"),
    "axes": (bad_filter("mean", axes=[0]), "takes no setting 'axes'"),
    "unknown kernel": (bad_filter("os.system"), "install the package"),
    "kernel of a number": (bad_filter(3), "install the package"),
    "empty footprint": (
        bad_filter("median", footprint={"array": {"dtype": "bool", "shape": [0, 0], "cells": []}}),
        "at least one nonzero",
    ),
    "flat weights": (bad_filter("convolve", weights=[1, 2]), "one dimension per filtered axis"),
    "weights in text": (bad_filter("convolve", weights="x"), "weights have dtype"),
    "channel axis": (bad_filter("mean", channel_axis=9), "no axis of an image"),
    "many filters": (
        {"filters": bad_filter("mean")["filters"] * (MOST_FILTERS + 1), "extraction": None},
        "more than 32 filters",
    ),
    "filter without settings": ({"filters": [{"name": "mean"}], "extraction": None}, "settings"),
    "filter in text": ({"filters": ["mean"], "extraction": None}, "must have a name"),
    "filters in text": ({"filters": "mean", "extraction": None}, "a list of filters"),
    "no filters": ({"extraction": None}, "a list of filters"),
    "more steps": ({"filters": [], "extraction": None, "exec": 1}, "a list of filters"),
}


@pytest.mark.parametrize(("steps", "words"), BAD_STEPS.values(), ids=BAD_STEPS)
def test_filters_of_a_stranger(steps: dict[str, Any], words: str | None) -> None:
    """What no kernel can use on images of this size is refused when it is read."""
    if words is None:
        assert from_settings(steps, GRAY, ())
        return
    with pytest.raises(InputError, match=words):
        from_settings(steps, GRAY, ())


BAD_EXTRACTIONS: dict[str, tuple[Any, str]] = {
    "unknown family": ({"families": ["intensity", "aura"]}, "has the feature 'aura'"),
    "all families": ({"families": "all"}, "has the feature 'all'"),
    "families of numbers": ({"families": [3]}, "has the feature 3"),
    "families of an array": (
        {"families": {"array": {"dtype": "int8", "shape": [1], "cells": [1]}}},
        "has the feature",
    ),
    "too many bins": ({"bins": 10**9}, "between 2 and 4096"),
    "bins in text": ({"bins": "32"}, "must be an integer"),
    "many levels": ({"ivh_bins": 2**40}, "between 2 and"),
    "both bins": ({"bins": 16, "bin_width": 2.0}, "exclude each other"),
    "negative width": ({"bin_width": -1}, "must be positive"),
    "range of three": ({"range": [1, 2, 3]}, "two numbers"),
    "many distances": ({"distance": list(range(1, 50))}, "more than 16 distances"),
    "far": ({"distance": 2**40}, "positive integers"),
    "flat spacing": ({"spacing": [1.0, 0.0]}, "positive lengths"),
    "spacing of volumes": ({"spacing": [1.0, 1.0, 1.0]}, "wrong features|spacing"),
    "aggregation of volumes": ({"aggregation": "ZW7Z"}, "needs a volume"),
    "channels": ({"channel_axis": 2}, "no axis of an image"),
    "unknown setting": ({"n_jobs": 99}, "takes no setting 'n_jobs'"),
    "label": ({"label": 1}, "takes no setting 'label'"),
    "a list": ([1], "no object"),
}


@pytest.mark.parametrize(("plain", "words"), BAD_EXTRACTIONS.values(), ids=BAD_EXTRACTIONS)
def test_extractions_of_a_stranger(plain: Any, words: str) -> None:
    """What no extraction can use is refused when it is read."""
    with pytest.raises(InputError, match=words):
        from_settings({"filters": [], "extraction": plain}, GRAY, ["a"])


def test_pixels_that_a_filter_does_not_take() -> None:
    """A dtype that no average has is an error of the input when the filter runs."""
    filters, _ = from_settings(bad_filter("mean", output="bool"), GRAY, ())
    pipeline = BundledPipeline(np.arange(2), filters, None, (), lambda pixels: pixels)
    with pytest.raises(InputError, match="does not pass the filter mean: averages of a bool"):
        pipeline.measure(np.zeros((1, 24, 20), np.uint8))


def test_kernels_of_another_package() -> None:
    """A kernel that is installed is taken by its name; where not, the error says what to do."""

    def brighter(image: Any, by: int = 1, *, axes: Any = None) -> Any:
        return image + by

    kernels.register("brighter", brighter)
    steps = to_settings([("brighter", {"by": 3})], None)
    try:
        assert from_settings(steps, GRAY, ())[0] == [("brighter", {"by": 3})]
        assert extent_of("brighter", {"by": 3}, 2) is None
    finally:
        del kernels.KERNELS["brighter"]
    with pytest.raises(InputError, match=r"has the filter 'brighter'.*install the package"):
        from_settings(steps, GRAY, ())
