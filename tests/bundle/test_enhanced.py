"""Pipelines with steps of enhancement as files: they say the same, and strangers' are checked."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError, bundle
from imgpipe.bundle.archive.bundled import Bundled
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.steps import check_growth, from_settings, to_settings
from imgpipe.datasets import Dataset
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.images import Image, Images, Window
from imgpipe.learn import Filter, fit, make_pipeline

GRAY = Expected((24, 20), None, "uint8", None, "image")
SETTINGS = {name: dict(step.trial) for name, step in ENHANCEMENTS.items()}
SETTINGS |= {"match_histogram": {}, "n4": {"shrink": 2, "levels": 2, "iterations": 10}}


@pytest.fixture(scope="module")
def nodules() -> Dataset:
    """Gray images of two classes with a spacing, which are brighter in one."""
    rng = np.random.default_rng(0)
    labels = np.arange(16) % 2
    pixels = rng.integers(0, 120, (16, 24, 20)) + 40 * labels[:, None, None]
    pixels[:, 6:14, 5:15] += 80
    images = Images(pixels.astype(np.uint8), spacing=(1.0, 1.0))
    return Dataset("nodules", images, labels, ("dark", "bright"))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_file_says_what_the_pipeline_says(name: str, nodules: Dataset, tmp_path: Any) -> None:
    """Any step comes back with its settings and with what it learnt."""
    given = [Filter(name, **SETTINGS[name])]
    model = fit(nodules, "logistic", filters=given, families=["intensity", "glcm"])
    path = tmp_path / "m.imgpipe"
    bundle.save(model, path)
    expected = model.pipeline.predict_proba(nodules.images)
    found = bundle.load(path).predict_proba(nodules.images)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    ((kept, settings),) = bundle.load(path).model.pipeline.filters
    assert kept == name
    if ENHANCEMENTS[name].learn:
        learned = model.pipeline["filter_1"].learned_
        np.testing.assert_array_equal(settings["reference"], learned["reference"])


@pytest.mark.parametrize(
    ("filters", "unit", "ends"),
    [
        ("window:lung", "HU", (-1350.0, 149.0)),
        ("window:center=100,width=50,function=linear_exact", None, (75.0, 125.0)),
        ("window:center=100,width=50,function=sigmoid", None, None),
        ("window:center=100,width=1", None, None),
        ("median;window:lung", None, None),
        ("zscore", None, None),
    ],
)
def test_the_manifest_tells_the_window(
    filters: str, unit: Any, ends: Any, nodules: Dataset, tmp_path: Any
) -> None:
    """A window that stands first is what images are seen through, with its unit where known."""
    pipeline = make_pipeline("dummy", filters=filters, families="intensity")
    pipeline.fit(nodules.images, nodules.labels)
    path = tmp_path / "m.imgpipe"
    bundle.save(pipeline, path, classes=nodules.classes, sample=nodules.images[0])
    told = Bundled.read(path).manifest.expected
    assert (told.unit, told.window) == (unit, ends)


def test_the_windows_of_files_go_on(nodules: Dataset, tmp_path: Any) -> None:
    """A bundle shows each image through its own window, and names one that has none."""
    given = [replace(image, windows=(Window(60.0 + 10 * n, 200.0),), unit="HU")
             for n, image in enumerate(nodules.images)]  # fmt: skip
    data = replace(nodules, images=Images(given))
    model = fit(data, "logistic", filters="window:file", families="intensity", region="image")
    bundle.save(model, tmp_path / "m.imgpipe")
    opened = bundle.load(tmp_path / "m.imgpipe")
    expected = model.pipeline.predict_proba(data.images)
    np.testing.assert_allclose(opened.predict_proba(data.images), expected, atol=1e-6)
    told = opened.predict([nodules.images[0].pixels])
    assert "recommends no window" in told.errors[0]


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown setting": ("window", {"centre": 3}, "window takes no setting 'centre'"),
    "no window": ("window", {}, "a window needs a preset"),
    "a word": ("gamma", {"gamma": "x"}, "must be a number above 0"),
    "not learnt": ("match_histogram", {}, "match_histogram has not learnt what it needs"),
    "falling": ("match_histogram", {"reference": [2.0, 1.0]}, "rising values"),
    "memory": ("resize", {"size": 9000}, "resize would make 9000 x 9000 pixels of 24 x 20"),
    "no size": ("resize", {}, "resize needs size"),
    "time": ("tv", {"iterations": 10**9}, "must be a whole number from 1 to"),
    "channels": ("zscore", {"channel_axis": 5}, "zscore: channel_axis is no axis"),
}


@pytest.mark.parametrize(("name", "settings", "words"), BAD.values(), ids=BAD)
def test_what_a_stranger_may_not_write(name: str, settings: Any, words: str) -> None:
    """A setting that the step does not take, or that would fill memory, is refused on reading."""
    steps = json.loads(json.dumps(to_settings([(name, settings)], None)))
    with pytest.raises(InputError, match=words):
        from_settings(steps, GRAY, ())


def test_growth_is_bounded_over_several_steps() -> None:
    """What a step makes larger is what the next one starts from."""
    steps = to_settings([("resize", {"size": 2000}), ("median", {"size": 1999})], None)
    assert from_settings(steps, GRAY, ())[0][1][0] == "median"
    small = to_settings([("median", {"size": 3001})], None)
    with pytest.raises(InputError, match="too large for images of 24 x 20"):
        from_settings(small, GRAY, ())


def test_a_spacing_that_would_fill_memory(nodules: Dataset, tmp_path: Any) -> None:
    """How much resampling makes of an image depends on the image, and is checked then."""
    pipeline = make_pipeline("dummy", filters="resample:0.5", families="intensity")
    pipeline.fit(nodules.images, nodules.labels)
    path = tmp_path / "m.imgpipe"
    bundle.save(pipeline, path, classes=nodules.classes, sample=list(nodules.images[:8]))
    coarse = Image(nodules.images[0].pixels, spacing=(500.0, 500.0))
    told = bundle.load(path).predict([coarse, Image(coarse.pixels)])
    assert "resample would make 24000 x 20000 pixels of 24 x 20" in told.errors[0]
    assert "needs an image with spacing" in told.errors[1]
    with pytest.raises(InputError, match="too many"):
        check_growth("resize", (4, 4), (2000, 3000))
