"""What is measured while sliders move: features by their own names, a histogram, and doubts."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from lab_images import lab_image

from imgpipe.features import catalogue, extract
from imgpipe.images import Image, luminance
from imgpipe.lab.numbers import FAMILIES, measure
from imgpipe.report.languages import speaking

SMALL = 128


def told(image: Image, mask: np.ndarray | None = None) -> dict[str, Any]:
    """What is measured, as it arrives in the page."""
    made = measure(image, mask)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    return made


def valued(numbers: dict[str, Any]) -> dict[str, float]:
    return {each["name"]: each["value"] for each in numbers["features"]}


@pytest.mark.parametrize("kind", ["bytes", "ct", "floats"])
def test_values_are_those_of_the_features(kind: str) -> None:
    """Names, values and units are those of `imgpipe.features`, inside the mask and without one."""
    image = lab_image(kind, SMALL)
    for mask in (None, image.pixels > image.pixels.mean()):
        expected = extract(image, mask, families=FAMILIES)
        numbers = told(image, mask)
        assert len(numbers["features"]) == 18
        for name, value in valued(numbers).items():
            assert value == expected[name]
        assert numbers["note"] is None
    known = {feature.name: feature for feature in catalogue(FAMILIES)}
    assert [each["family"] for each in numbers["features"]] == [
        known[each["name"]].family for each in numbers["features"]
    ]
    assert all(each["title"] and each["about"] for each in numbers["features"])


@pytest.mark.parametrize("kind", ["bytes", "ct", "floats", "colours"])
def test_every_pixel_is_in_one_bin(kind: str) -> None:
    """The histogram is NumPy's; that of the inside is a part of it."""
    image = lab_image(kind, SMALL)
    gray = image.pixels if kind != "colours" else luminance(image.pixels)
    mask = gray > gray.mean()
    histogram = told(image, mask)["histogram"]
    edges = np.array(histogram["edges"])
    assert 2 <= len(edges) <= 65
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= gray.min()
    assert gray.max() <= edges[-1]
    assert histogram["all"] == pytest.approx(np.histogram(gray, edges)[0], abs=2)
    assert sum(histogram["all"]) == gray.size
    assert sum(histogram["inside"]) == mask.sum()
    assert all(a >= b for a, b in zip(histogram["all"], histogram["inside"], strict=True))


def test_whole_numbers_are_spread_evenly() -> None:
    """Each bin holds equally many gray levels: a ramp is flat, but for the last bin."""
    ramp = Image(np.arange(200, dtype=np.uint8).reshape(10, 20))
    counts = told(ramp)["histogram"]["all"]
    assert set(counts[:-1]) == {4}
    edges = told(ramp)["histogram"]["edges"]
    assert edges[0] == -0.5


def test_counts_and_areas() -> None:
    image = lab_image("ct", SMALL)
    mask = np.zeros(image.shape, bool)
    mask[3:5, 4:9] = True
    numbers = told(image, mask)
    assert (numbers["pixels"], numbers["inside"], numbers["unit"]) == (SMALL**2, 10, "HU")
    assert numbers["area"] == pytest.approx(10 * (0.7 * 4) ** 2)
    assert told(image)["inside"] is None
    assert told(replace(image, spacing=None), mask)["area"] is None
    assert told(replace(image, mask=mask))["inside"] == 10


def test_colours_are_measured_one_by_one() -> None:
    """Intensities of each channel, texture of the gray image."""
    image = lab_image("colours", SMALL)
    values = valued(told(image, image.pixels[..., 0] > 99))
    expected = extract(image, image.pixels[..., 0] > 99, families=FAMILIES)
    assert {"intensity_mean_c0", "intensity_mean_c2", "glcm_contrast"} <= set(values)
    assert all(value == expected[name] for name, value in values.items())


def test_where_nothing_is_found_it_is_said() -> None:
    image = lab_image("bytes", SMALL)
    numbers = told(image, np.zeros(image.shape, bool))
    assert numbers["inside"] == 0
    assert set(valued(numbers).values()) == {None}
    assert numbers["note"] == "Nothing is found, so that there is nothing to measure inside it."
    assert sum(numbers["histogram"]["inside"]) == 0
    with speaking("zh"):
        numbers = told(image, np.zeros(image.shape, bool))
    assert numbers["note"].startswith("没有找到")
    assert numbers["features"][0]["title"] == "强度均值"


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((8, 8), 7, np.uint8),
        np.full((8, 8), 0.25),
        np.zeros((1, 1), np.int16),
        np.indices((8, 8))[0] > 3,
        np.array([[0, 2**63 - 1], [1, 5]], np.int64),
        np.array([[1e-30, 1e300], [0.0, -1e300]]),
        np.array([[0.0, 5e-324], [0.0, 0.0]]),
        np.array([[-1.7e308, 1.7e308], [0.0, 0.0]]),
        np.array([[1e16, 1e16 + 2], [1e16, 1e16]]),
    ],
)
def test_odd_images_have_numbers(pixels: np.ndarray) -> None:
    """What is undefined has no value; counts are right all the same."""
    numbers = told(Image(pixels))
    assert sum(numbers["histogram"]["all"]) == pixels.size
    assert valued(numbers)["intensity_maximum"] == pytest.approx(float(pixels.max()))


def test_what_cannot_be_measured_is_said() -> None:
    """NaN is left out of the histogram; features are refused with their reason."""
    pixels = np.ones((8, 8), np.float32)
    pixels[0, 0], pixels[0, 1] = np.nan, np.inf
    numbers = told(Image(pixels))
    assert sum(numbers["histogram"]["all"]) == 62
    assert "NaN" in numbers["note"]
    assert set(valued(numbers).values()) == {None}
    numbers = told(Image(np.full((2, 2), np.nan)))
    assert numbers["histogram"] == {"edges": [], "all": [], "inside": None}
