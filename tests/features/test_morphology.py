"""Size and shape against formulas of known bodies, and all pairs for spatial autocorrelation."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.special import eval_legendre

from imgpipe.features import catalogue, extract
from imgpipe.features.shape.outline import ellipsoid_area


def morphology(mask, image=None, spacing=None, **settings):
    image = np.ones(mask.shape) if image is None else image
    values = extract(image, mask, families="morphology", spacing=spacing, **settings)
    return {name.removeprefix("morphology_"): value for name, value in values.items()}


def ball(radius, ndim=3, pitch=1.0):
    n = math.ceil(radius / pitch) + 1
    grid = np.indices((2 * n + 1,) * ndim) - n
    return (grid**2).sum(axis=0) * pitch**2 <= radius**2


def blob(rng, shape):
    mask = rng.random(shape) < 0.6
    mask.flat[0] = mask.flat[-1] = True
    return mask


def naive_moran_geary(x, places):
    """Moran's I and Geary's C by the loop over pairs."""
    n, d = len(x), x - x.mean()
    weight = 1 / pdist(places)
    i, j = np.triu_indices(n, 1)
    moran = n / weight.sum() * (weight * d[i] * d[j]).sum() / (d**2).sum()
    geary = (n - 1) / (2 * weight.sum()) * (weight * (x[i] - x[j]) ** 2).sum() / (d**2).sum()
    return moran, geary


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((4, 5, 6), (3.0, 1.0, 0.7)), ((1, 6, 7), (2.0, 1.0, 1.0)), ((7, 9), (1.0, 2.5))],
)
def test_moran_and_geary_are_those_of_all_pairs(shape, spacing, rng):
    """The sums by FFT are exact, for any box, mask and spacing."""
    image, mask = rng.normal(1e3, 5, shape), blob(rng, shape)
    found = morphology(mask, image, spacing)
    expected = naive_moran_geary(image[mask], np.argwhere(mask) * np.array(spacing))
    assert (found["moran_i"], found["geary_c"]) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_scale_of_intensities_does_not_matter(rng):
    """Intensities of any magnitude have the same spatial autocorrelation."""
    image, mask = rng.normal(size=(5, 6, 7)), np.ones((5, 6, 7), bool)
    one, other = morphology(mask, image), morphology(mask, image * 1e200)
    assert (one["moran_i"], one["geary_c"]) == pytest.approx((other["moran_i"], other["geary_c"]))


def test_ball():
    """A finely sampled ball has the measures of a sphere within a few percent."""
    found = morphology(ball(10.0, pitch=0.5), spacing=(0.5,) * 3)
    sphere = 4 / 3 * math.pi * 10.0**3
    assert found["volume_mesh"] == pytest.approx(sphere, rel=0.01)
    assert found["volume_voxels"] == pytest.approx(sphere, rel=0.01)
    assert found["surface_area"] == pytest.approx(4 * math.pi * 100, rel=0.1)
    assert found["maximum_diameter"] == pytest.approx(20, rel=0.03)
    # the covariance of a ball is r^2 / 5, so that the axes are 4 r / sqrt(5)
    for axis in ("major", "minor", "least"):
        assert found[f"{axis}_axis_length"] == pytest.approx(40 / math.sqrt(5), rel=0.01)
    assert found["elongation"] == pytest.approx(1)
    assert found["flatness"] == pytest.approx(1)
    assert 0.9 < found["sphericity"] < 1
    assert 0.95 < found["volume_density_convex_hull"] < 1
    assert found["centre_of_mass_shift"] == pytest.approx(0, abs=1e-9)


def test_definitions_hold_among_each_other(rng):
    """Derived features follow from volume and area."""
    f = morphology(blob(rng, (6, 7, 5)), spacing=(1.0, 2.0, 0.5))
    v, a = f["volume_mesh"], f["surface_area"]
    assert f["surface_to_volume_ratio"] == pytest.approx(a / v)
    assert f["compactness_1"] == pytest.approx(v / (math.pi**0.5 * a**1.5))
    assert f["compactness_2"] == pytest.approx(36 * math.pi * v**2 / a**3)
    assert f["spherical_disproportion"] == pytest.approx(1 / f["sphericity"])
    assert f["sphericity"] == pytest.approx(f["compactness_2"] ** (1 / 3))
    assert f["asphericity"] == pytest.approx(f["spherical_disproportion"] - 1)


def test_box():
    """A box fills its bounding box but for the corners that the mesh cuts."""
    f = morphology(np.ones((4, 5, 6), bool), spacing=(1.0, 2.0, 3.0))
    assert f["volume_voxels"] == 4 * 10 * 18
    assert f["volume_density_bounding_box"] == pytest.approx(f["volume_mesh"] / 720)
    assert f["area_density_bounding_box"] == pytest.approx(f["surface_area"] / (2 * 292))
    assert f["volume_density_convex_hull"] == pytest.approx(1)
    assert f["area_density_convex_hull"] == pytest.approx(1)
    # the covariance of n points in a row is (n^2 - 1) / 12 pitch^2, times N / (N - 1)
    longest = 4 * math.sqrt(35 / 12 * 9 * 120 / 119)
    assert f["major_axis_length"] == pytest.approx(longest)


def test_spacing_scales_lengths_areas_and_volumes(rng):
    """Twice the spacing gives twice the lengths, four times the areas, eight times the volumes."""
    mask, image = blob(rng, (5, 6, 7)), rng.random((5, 6, 7))
    one = morphology(mask, image, (1.0, 1.5, 2.0))
    two = morphology(mask, image, (2.0, 3.0, 4.0))
    units = {f.name.removeprefix("morphology_"): f.unit for f in catalogue("morphology", ndim=3)}
    power = {"mm": 1, "mm^2": 2, "mm^3": 3, "intensity mm^3": 3, "1/mm": -1, "1": 0}
    for name, value in one.items():
        assert two[name] == pytest.approx(value * 2.0 ** power[units[name]], rel=1e-9), name


@pytest.mark.parametrize("axes", [(0, 1), (1, 2)])
def test_turning_changes_no_shape(axes, rng):
    """A ragged mask has the same shape whichever way it lies."""
    mask, image = blob(rng, (5, 6, 7)), rng.random((5, 6, 7))
    found = morphology(np.rot90(mask, axes=axes), np.rot90(image, axes=axes))
    expected = morphology(mask, image)
    meshed = ("volume_mesh", "surface", "compactness", "spher", "aspher", "density", "integrated")
    for name, value in expected.items():
        # marching cubes may choose either way through an ambiguous face
        allowed = 0.02 if any(part in name for part in meshed) else 1e-9
        assert found[name] == pytest.approx(value, rel=allowed), name


def test_shift_of_the_centre_of_mass():
    """A bright end pulls the centre of intensity, in mm; a zero sum leaves it undefined."""
    image = np.array([[[1.0, 1.0, 2.0]]])
    mask = np.ones(image.shape, bool)
    found = morphology(mask, image, (1.0, 1.0, 2.0))
    assert found["centre_of_mass_shift"] == pytest.approx(0.5)
    assert np.isnan(morphology(mask, np.array([[[1.0, -2.0, 1.0]]]))["centre_of_mass_shift"])


def test_shape_and_intensity_have_their_own_masks(rng):
    """Shape is that of the morphological mask; intensities are those of the intensity mask."""
    image = rng.random((6, 6, 6))
    inner = np.zeros(image.shape, bool)
    inner[2:4, 2:5, 1:4] = True
    outer = np.ones(image.shape, bool)
    found = morphology(inner, image, morphological_mask=outer)
    whole = morphology(outer, image)
    part = morphology(inner, image)
    assert found["volume_mesh"] == whole["volume_mesh"]
    assert found["moran_i"] == pytest.approx(part["moran_i"])
    mean = image[inner].mean()
    assert found["integrated_intensity"] == pytest.approx(mean * whole["volume_mesh"])


def test_single_pixel_and_flat_shapes():
    """What a single pixel, a line or a plate does not have is NaN."""
    one = morphology(np.ones((1, 1, 1), bool))
    undefined = {name for name, value in one.items() if np.isnan(value)}
    assert undefined == {
        "major_axis_length", "minor_axis_length", "least_axis_length", "elongation", "flatness",
        "volume_density_ellipsoid", "area_density_ellipsoid", "moran_i", "geary_c",
    }  # fmt: skip
    assert one["volume_mesh"] == pytest.approx(1 / 6)
    plate = morphology(np.ones((1, 4, 4), bool))
    assert plate["flatness"] == 0
    assert plate["elongation"] == pytest.approx(1)
    assert np.isnan(plate["volume_density_ellipsoid"])


def test_disc():
    """An image has areas and perimeters: a disc is a disc within a few percent."""
    f = morphology(ball(20.0, ndim=2), spacing=(1.0, 1.0))
    assert f["area_mesh"] == pytest.approx(math.pi * 400, rel=0.01)
    assert f["area_pixels"] == pytest.approx(math.pi * 400, rel=0.01)
    assert f["perimeter"] == pytest.approx(2 * math.pi * 20, rel=0.08)
    assert f["maximum_diameter"] == pytest.approx(40, rel=0.03)
    # the covariance of a disc is r^2 / 4, so that the axes are 2 r
    assert f["major_axis_length"] == pytest.approx(40, rel=0.01)
    assert f["elongation"] == pytest.approx(1)
    assert 0.92 < f["circularity"] < 1
    assert f["circular_disproportion"] == pytest.approx(1 / f["circularity"])
    assert f["area_density_ellipse"] == pytest.approx(1, rel=0.01)
    assert f["area_density_convex_hull"] == pytest.approx(1, abs=0.03)


def test_square_image_by_hand():
    """Marching squares cut the corners of a rectangle, and keep pixels apart that touch there."""
    f = morphology(np.ones((2, 3), bool), spacing=(1.0, 2.0))
    corner = math.hypot(0.5, 1.0)
    assert f["area_mesh"] == pytest.approx(12 - 4 * 0.25)
    assert f["perimeter"] == pytest.approx(2 * 1 + 2 * 4 + 4 * corner)
    assert f["area_density_bounding_box"] == pytest.approx(11 / 12)
    assert f["perimeter_density_bounding_box"] == pytest.approx(f["perimeter"] / 16)
    two = morphology(np.eye(2, dtype=bool))
    one = morphology(np.ones((1, 1), bool))
    assert two["area_mesh"] == pytest.approx(2 * one["area_mesh"])
    assert two["perimeter"] == pytest.approx(2 * one["perimeter"])


def test_ellipsoid_area():
    """The series is IBSI's, term by term, and exact for a sphere."""
    assert ellipsoid_area(2, 2, 2) == pytest.approx(4 * math.pi * 4)
    a, b, c = 3.0, 2.0, 1.5
    alpha, beta = math.sqrt(1 - b**2 / a**2), math.sqrt(1 - c**2 / a**2)
    x = (alpha**2 + beta**2) / (2 * alpha * beta)
    terms = [(alpha * beta) ** k / (1 - 4 * k**2) * eval_legendre(k, x) for k in range(21)]
    assert ellipsoid_area(a, b, c) == pytest.approx(4 * math.pi * a * b * sum(terms))
