"""Morphology (IBSI family HCUG): size and shape of the mask, and how intensities lie in it.

Volume and surface are those of a mesh half-way between inside and outside (marching cubes). In the
formulas V is the volume and A the area of the mesh, l1 >= l2 >= l3 are the eigenvalues of the
covariance (N - 1) of the pixels' positions in mm, and a, b, c = 2 sqrt(l). An image gets the
corresponding measures of an area A with perimeter P, by marching squares.
"""

from __future__ import annotations

from itertools import starmap

import numpy as np

from imgpipe.features.family import Definition, Family, Feature
from imgpipe.features.inputs.batch import Batch
from imgpipe.features.inputs.boxes import extents, slices_of
from imgpipe.features.inputs.settings import ExtractionPlan
from imgpipe.features.shape.autocorrelation import moran_geary
from imgpipe.features.shape.outline import axis_lengths, ellipsoid_area, hull, outline

_VOLUME = tuple(starmap(Definition, (
    ("volume_mesh", "RNU0", "mm^3", "Volume inside the mesh.", "shape_MeshVolume", "morph_volume",
     "V"),
    ("volume_voxels", "YEKZ", "mm^3", "Number of voxels times their volume.", "shape_VoxelVolume",
     "morph_vol_approx", "N * voxel volume"),
    ("surface_area", "C0JK", "mm^2", "Area of the mesh.", "shape_SurfaceArea", "morph_area_mesh",
     "A"),
    ("surface_to_volume_ratio", "2PR5", "1/mm", "High for small or rugged shapes.",
     "shape_SurfaceVolumeRatio", "morph_av", "A / V"),
    ("compactness_1", "SKGS", "1", "Likeness to a sphere, at most 0.053.", "shape_Compactness1",
     "morph_comp_1", "V / (pi^(1/2) A^(3/2))"),
    ("compactness_2", "BQWJ", "1", "Likeness to a sphere, at most 1.", "shape_Compactness2",
     "morph_comp_2", "36 pi V^2 / A^3"),
    ("spherical_disproportion", "KRCK", "1", "Area relative to a sphere of the same volume.",
     "shape_SphericalDisproportion", "morph_sph_dispr", "A / (36 pi V^2)^(1/3)"),
    ("sphericity", "QCFX", "1", "Likeness to a sphere, at most 1.", "shape_Sphericity",
     "morph_sphericity", "(36 pi V^2)^(1/3) / A"),
    ("asphericity", "25C7", "1", "Excess of area over a sphere, at least 0.", None,
     "morph_asphericity", "(A^3 / (36 pi V^2))^(1/3) - 1"),
    ("centre_of_mass_shift", "KLMA", "mm", "Distance of the centres of shape and of intensity.",
     None, "morph_com", "|mean position - mean position weighted by intensity|"),
    ("maximum_diameter", "L0JK", "mm", "Greatest distance between two points of the surface.",
     "shape_Maximum3DDiameter", "morph_diam", "max |p - q|"),
    ("major_axis_length", "TDIC", "mm", "Length of the ellipsoid with the same covariance.",
     "shape_MajorAxisLength", "morph_pca_maj_axis", "4 sqrt(l1)"),
    ("minor_axis_length", "P9VJ", "mm", "Width of the ellipsoid with the same covariance.",
     "shape_MinorAxisLength", "morph_pca_min_axis", "4 sqrt(l2)"),
    ("least_axis_length", "7J51", "mm", "Thickness of the ellipsoid with the same covariance.",
     "shape_LeastAxisLength", "morph_pca_least_axis", "4 sqrt(l3)"),
    ("elongation", "Q3CK", "1", "1 for a round shape, 0 for a line.", "shape_Elongation",
     "morph_pca_elongation", "sqrt(l2 / l1)"),
    ("flatness", "N17B", "1", "1 for a ball, 0 for a flat shape.", "shape_Flatness",
     "morph_pca_flatness", "sqrt(l3 / l1)"),
    ("volume_density_bounding_box", "PBX1", "1", "Share of the axis-aligned box that is filled.",
     None, "morph_vol_dens_aabb", "V / volume of the box"),
    ("area_density_bounding_box", "R59B", "1", "Area relative to that of the axis-aligned box.",
     None, "morph_area_dens_aabb", "A / area of the box"),
    ("volume_density_ellipsoid", "6BDE", "1",
     "Volume relative to the ellipsoid with the same covariance.", None, "morph_vol_dens_aee",
     "3 V / (4 pi a b c)"),
    ("area_density_ellipsoid", "RDD2", "1",
     "Area relative to the ellipsoid with the same covariance.", None, "morph_area_dens_aee",
     "A / (4 pi a b sum over k = 0..20 of (alpha beta)^k / (1 - 4 k^2) "
     "P_k((alpha^2 + beta^2) / (2 alpha beta))), alpha^2 = 1 - b^2 / a^2, beta^2 = 1 - c^2 / a^2"),
    ("volume_density_convex_hull", "R3ER", "1", "Share of the convex hull that is filled.", None,
     "morph_vol_dens_conv_hull", "V / volume of the hull"),
    ("area_density_convex_hull", "7T7F", "1", "Ruggedness: area relative to the convex hull.", None,
     "morph_area_dens_conv_hull", "A / area of the hull"),
)))  # fmt: skip
_AREA = tuple(starmap(Definition, (
    ("area_mesh", None, "mm^2", "Area inside the contour.", None, None, "A"),
    ("area_pixels", None, "mm^2", "Number of pixels times their area.", None, None,
     "N * pixel area"),
    ("perimeter", None, "mm", "Length of the contour.", None, None, "P"),
    ("perimeter_to_area_ratio", None, "1/mm", "High for small or rugged shapes.", None, None,
     "P / A"),
    ("circularity", None, "1", "Likeness to a disc, at most 1.", None, None, "2 sqrt(pi A) / P"),
    ("circular_disproportion", None, "1", "Perimeter relative to a disc of the same area.", None,
     None, "P / (2 sqrt(pi A))"),
    ("centre_of_mass_shift", "KLMA", "mm", "Distance of the centres of shape and of intensity.",
     None, "morph_com", "|mean position - mean position weighted by intensity|"),
    ("maximum_diameter", None, "mm", "Greatest distance between two points of the contour.",
     "shape_Maximum3DDiameter", "morph_diam", "max |p - q|"),
    ("major_axis_length", None, "mm", "Length of the ellipse with the same covariance.",
     "shape_MajorAxisLength", "morph_pca_maj_axis", "4 sqrt(l1)"),
    ("minor_axis_length", None, "mm", "Width of the ellipse with the same covariance.",
     "shape_MinorAxisLength", "morph_pca_min_axis", "4 sqrt(l2)"),
    ("elongation", None, "1", "1 for a round shape, 0 for a line.", "shape_Elongation",
     "morph_pca_elongation", "sqrt(l2 / l1)"),
    ("area_density_bounding_box", None, "1", "Share of the axis-aligned box that is filled.", None,
     "morph_area_dens_aabb", "A / area of the box"),
    ("perimeter_density_bounding_box", None, "1",
     "Perimeter relative to that of the axis-aligned box.", None, None, "P / perimeter of the box"),
    ("area_density_ellipse", None, "1", "Area relative to the ellipse with the same covariance.",
     None, None, "A / (pi a b)"),
    ("area_density_convex_hull", None, "1", "Share of the convex hull that is filled.", None,
     "morph_area_dens_conv_hull", "A / area of the hull"),
    ("perimeter_density_convex_hull", None, "1",
     "Ruggedness: perimeter relative to the convex hull.", None, None, "P / perimeter of the hull"),
)))  # fmt: skip
_INTENSITY = tuple(starmap(Definition, (
    ("integrated_intensity", "99N0", "intensity {mm}",
     "Mean intensity times {content}: total uptake.", None, "morph_integ_int",
     "mean intensity * {V}"),
    ("moran_i", "N365", "1", "Spatial autocorrelation: above 0 where near pixels are alike.", None,
     "morph_moran_i",
     "N / sum w sum w(i, j) (x(i) - m) (x(j) - m) / sum (x - m)^2, w = 1 / distance"),
    ("geary_c", "NPT7", "1", "Spatial autocorrelation: below 1 where near pixels are alike.", None,
     "morph_geary_c",
     "(N - 1) / (2 sum w) sum w(i, j) (x(i) - x(j))^2 / sum (x - m)^2, w = 1 / distance"),
)))  # fmt: skip


def _definitions(ndim: int) -> tuple[Definition, ...]:
    """Those of a volume or of an image."""
    words = {"mm": f"mm^{ndim}", "content": "area" if ndim == 2 else "volume",
             "V": "A" if ndim == 2 else "V"}  # fmt: skip
    fields = ("unit", "description", "formula")
    last = tuple(
        d._replace(**{field: getattr(d, field).format(**words) for field in fields})
        for d in _INTENSITY
    )
    return (*(_AREA if ndim == 2 else _VOLUME), *last)


DEFINITIONS = {ndim: _definitions(ndim) for ndim in (2, 3)}
"""By the number of axes."""


def describe(plan: ExtractionPlan) -> list[Feature]:
    """Twenty-five features of a volume, nineteen of an image."""
    return [definition.feature("morphology") for definition in DEFINITIONS[plan.ndim]]


def compute(batch: Batch, plan: ExtractionPlan) -> np.ndarray:
    """Features of each image of a stack.

    Shape comes from the mask of the shape, intensity from the intensity mask. Undefined, hence
    NaN: axes and what follows from them for a single pixel; densities of the ellipsoid for a flat
    shape; the shift of the centre of mass where intensities sum to zero; Moran's I and Geary's C
    for a single pixel or a single intensity. IBSI's densities of the oriented bounding box and of
    the minimum enclosing ellipsoid, which have no reference values, are left out.
    """
    measure, drop = (_of_image, 0) if plan.ndim == 2 else (_of_volume, slice(None))
    out = np.empty((len(batch), len(DEFINITIONS[plan.ndim])))
    boxes = extents(batch.morphological_mask | batch.inside).boxes
    stacks = (batch.values, batch.morphological_mask, batch.inside)
    for k, box in enumerate(boxes):
        values, mask, inside = (stack[k][slices_of(box)][drop] for stack in stacks)
        out[k] = measure(values, mask, inside, plan.spacing)
    return out


FAMILY = Family(
    "morphology",
    "Size and shape",
    describe,
    compute,
    ibsi=True,
    symbols="V and A are volume and area of the mesh (in an image A and P, area and perimeter of "
    "the contour), N the number of pixels, l1 >= l2 >= l3 the eigenvalues of the covariance of "
    "their positions, a, b, c = 2 sqrt(l), m the mean intensity.",
    brightness=True,
    # of a mesh and over frequencies
    rounds_by_order=True,
)


def _of_volume(
    values: np.ndarray, mask: np.ndarray, inside: np.ndarray, spacing: tuple[float, ...]
) -> list[float]:
    """Give the 25 features of one volume, in their order."""
    surface = outline(mask, spacing)
    volume, area = surface.content, surface.boundary
    hull_volume, hull_area, diameter = hull(surface.points)
    ball = np.cbrt(36 * np.pi * volume**2)  # area of the sphere with this volume
    axes = axis_lengths(mask, spacing)
    a, b, c = axes / 2
    flat = not c > 0
    box = np.ptp(surface.points, axis=0)
    box_area = 2 * (box[0] * box[1] + box[1] * box[2] + box[2] * box[0])
    return [
        volume,
        np.count_nonzero(mask) * float(np.prod(spacing)),
        area,
        area / volume,
        volume / (np.sqrt(np.pi) * area**1.5),
        36 * np.pi * volume**2 / area**3,
        area / ball,
        ball / area,
        area / ball - 1,
        _centre_shift(values, mask, inside, spacing),
        diameter,
        *axes,
        axes[1] / axes[0],
        axes[2] / axes[0],
        volume / float(np.prod(box)),
        area / box_area,
        np.nan if flat else 3 * volume / (4 * np.pi * a * b * c),
        np.nan if flat else area / ellipsoid_area(a, b, c),
        volume / hull_volume,
        area / hull_area,
        float(values[inside].mean()) * volume,
        *moran_geary(values, inside, spacing),
    ]


def _of_image(
    values: np.ndarray, mask: np.ndarray, inside: np.ndarray, spacing: tuple[float, ...]
) -> list[float]:
    """Give the 19 features of one image, in their order."""
    contour = outline(mask, spacing)
    area, perimeter = contour.content, contour.boundary
    hull_area, hull_perimeter, diameter = hull(contour.points)
    disc = 2 * np.sqrt(np.pi * area)  # perimeter of the disc with this area
    axes = axis_lengths(mask, spacing)
    box = np.ptp(contour.points, axis=0)
    return [
        area,
        np.count_nonzero(mask) * float(np.prod(spacing)),
        perimeter,
        perimeter / area,
        disc / perimeter,
        perimeter / disc,
        _centre_shift(values, mask, inside, spacing),
        diameter,
        *axes,
        axes[1] / axes[0],
        area / float(np.prod(box)),
        perimeter / (2 * float(box.sum())),
        area / (np.pi * axes[0] * axes[1] / 4) if axes[1] > 0 else np.nan,
        area / hull_area,
        perimeter / hull_perimeter,
        float(values[inside].mean()) * area,
        *moran_geary(values, inside, spacing),
    ]


def _centre_shift(
    values: np.ndarray, mask: np.ndarray, inside: np.ndarray, spacing: tuple[float, ...]
) -> float:
    """Distance of the mean position from the mean position weighted by intensity, mm."""
    weights = values[inside]
    total = float(weights.sum())
    if total == 0:
        return np.nan
    shape = np.argwhere(mask).mean(axis=0)
    # relative to the centre of shape, which is then subtracted exactly
    weighted = weights @ (np.argwhere(inside) - shape) / total
    return float(np.linalg.norm(weighted * np.array(spacing)))
