"""Floats whose powers are no floats any more."""

import numpy as np
import pytest

from imgpipe.features import catalogue, extract, extract_many


def powers(**settings):
    """Power of the unit of the pixels, of each feature."""
    units = [feature.unit.split(" ")[0].split("/")[0] for feature in catalogue(**settings)]
    return np.array([{"intensity": 1, "intensity^2": 2}.get(unit, 0) for unit in units])


def vector(image, **settings):
    return np.array(list(extract(image, **settings).values()))


@pytest.mark.parametrize("exponent", [-1000, -700, -210, 210, 500, 1000])
@pytest.mark.parametrize("shape", [(12, 11), (4, 6, 5)])
def test_a_power_of_two_changes_no_digit(exponent, shape, rng):
    """An image 2^1000 times as bright has the same features, but for those beyond the floats."""
    image = rng.normal(3, 1, shape)
    image *= 2.0 ** -np.frexp(np.abs(image).max())[1]
    # a pixel outside, which must not count, either
    mask = np.ones(shape, bool)
    mask[0, 0] = False
    settings = {"families": "all", "bin_width": 0.25, "low": -4, "range": (-4, 0.9),
                "ivh_bin_width": 0.125}  # fmt: skip
    expected = vector(image, mask=mask, **settings)
    for name in ("bin_width", "low", "ivh_bin_width"):
        settings[name] = float(np.ldexp(settings[name], exponent))
    settings["range"] = tuple(np.ldexp(settings["range"], exponent).tolist())
    far = np.ldexp(image, exponent)
    far[~mask] = 1.7e308
    found = vector(far, mask=mask, **settings)
    with np.errstate(over="ignore", under="ignore"):
        expected = np.ldexp(expected, exponent * powers(families="all", ndim=image.ndim))
    expected[np.isinf(expected)] = np.nan
    names = [f.name for f in catalogue("all", ndim=image.ndim)]
    same = ~np.isin(names, ["local_intensity_local_peak", "local_intensity_global_peak"])
    np.testing.assert_array_equal(found[same], expected[same])


def test_scale_free_features_of_huge_pixels(rng):
    """Around 1e300, too, there are gradients, a mean and a kurtosis; a variance there is not."""
    image = rng.random((15, 14))
    found, expected = (extract(x, families="all") for x in (image * 1e300, image))
    undefined = {name for name, value in found.items() if np.isnan(value)}
    assert undefined == {"intensity_variance", "intensity_energy", "gradient_variance"}
    for name in ("intensity_kurtosis", "gradient_skewness", "hog_y3_x1_o2", "lbp_p8_r1_04"):
        assert found[name] == pytest.approx(expected[name], rel=1e-9)
    assert found["intensity_mean"] == pytest.approx(expected["intensity_mean"] * 1e300)


def test_what_lies_beside_it_does_not_matter(rng):
    """A huge image in a stack leaves the others to the last bit, and is what it is alone."""
    images = rng.random((3, 9, 8))
    images[1] *= 1e250
    values, _ = extract_many(images, families="all")
    for row, image in zip(values, images, strict=True):
        np.testing.assert_array_equal(row, vector(image, families="all"))
