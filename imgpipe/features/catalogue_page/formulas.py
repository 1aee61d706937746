"""The formula of every feature, for the catalogue page."""

from imgpipe.features import (
    gldzm,
    glrlm,
    glszm,
    ivh,
    local_intensity,
    morphology,
    ngldm,
    ngtdm,
)
from imgpipe.features.family import Feature

_STATISTICS = {
    "mean": "m = sum x / N",
    "variance": "sum (x - m)^2 / N",
    "skewness": "sum (x - m)^3 / N / variance^(3/2)",
    "kurtosis": "sum (x - m)^4 / N / variance^2 - 3",
    "median": "P50, linear between order statistics",
    "minimum": "min x",
    "percentile_10": "P10, linear between order statistics",
    "percentile_90": "P90, linear between order statistics",
    "maximum": "max x",
    "interquartile_range": "P75 - P25",
    "range": "max x - min x",
    "mean_absolute_deviation": "sum |x - m| / N",
    "robust_mean_absolute_deviation": "mean |x - m'| over P10 <= x <= P90, m' the mean of these",
    "median_absolute_deviation": "sum |x - median| / N",
    "coefficient_of_variation": "sqrt(variance) / m",
    "quartile_coefficient_of_dispersion": "(P75 - P25) / (P75 + P25)",
    "energy": "sum x^2",
    "root_mean_square": "sqrt(sum x^2 / N)",
}
_HISTOGRAM = {
    **_STATISTICS,
    "mode": "argmax n(i), the nearest to m of several",
    "entropy": "-sum p(i) log2 p(i)",
    "uniformity": "sum p(i)^2",
    "maximum_gradient": "max (n(i + 1) - n(i - 1)) / 2, one-sided at the ends",
    "maximum_gradient_level": "argmax (n(i + 1) - n(i - 1)) / 2",
    "minimum_gradient": "min (n(i + 1) - n(i - 1)) / 2, one-sided at the ends",
    "minimum_gradient_level": "argmin (n(i + 1) - n(i - 1)) / 2",
}
_GLCM = {
    "joint_maximum": "max p(i, j)",
    "joint_average": "m = sum i p(i, j)",
    "joint_variance": "sum (i - m)^2 p(i, j)",
    "joint_entropy": "HXY = -sum p(i, j) log2 p(i, j)",
    "difference_average": "md = sum k d(k)",
    "difference_variance": "sum (k - md)^2 d(k)",
    "difference_entropy": "-sum d(k) log2 d(k)",
    "sum_average": "ms = sum k s(k)",
    "sum_variance": "sum (k - ms)^2 s(k)",
    "sum_entropy": "-sum s(k) log2 s(k)",
    "angular_second_moment": "sum p(i, j)^2",
    "contrast": "sum (i - j)^2 p(i, j)",
    "dissimilarity": "sum |i - j| p(i, j)",
    "inverse_difference": "sum p(i, j) / (1 + |i - j|)",
    "normalised_inverse_difference": "sum p(i, j) / (1 + |i - j| / G)",
    "inverse_difference_moment": "sum p(i, j) / (1 + (i - j)^2)",
    "normalised_inverse_difference_moment": "sum p(i, j) / (1 + (i - j)^2 / G^2)",
    "inverse_variance": "sum over i != j of p(i, j) / (i - j)^2",
    "correlation": "(sum i j p(i, j) - m^2) / variance of p(i)",
    "autocorrelation": "sum i j p(i, j)",
    "cluster_tendency": "sum (i + j - 2 m)^2 p(i, j)",
    "cluster_shade": "sum (i + j - 2 m)^3 p(i, j)",
    "cluster_prominence": "sum (i + j - 2 m)^4 p(i, j)",
    "information_correlation_1": "(HXY - HXY1) / HX, HXY1 = -sum p(i, j) log2 (p(i) p(j))",
    "information_correlation_2": "sqrt(1 - exp(-2 (HXY2 - HXY))), "
    "HXY2 = -sum p(i) p(j) log2 (p(i) p(j))",
}
_OF_MODULES = {
    module.FAMILY.name: dict(zip((row[0] for row in module.ROWS), module.FORMULAS, strict=True))
    for module in (glrlm, glszm, gldzm, ngtdm, ngldm, local_intensity, ivh)
}
_OF_FAMILY = {
    "intensity": _STATISTICS,
    "histogram": _HISTOGRAM,
    "glcm": _GLCM,
    "gradient": _STATISTICS,
    "morphology": morphology.formulas(),
    **_OF_MODULES,
}
SYMBOLS = {
    "intensity": "x are the N values inside the mask, Pq their q-th percentile.",
    "histogram": "x are the gray levels inside the mask, n(i) the number and p(i) the share of "
    "level i.",
    "glcm": "p(i, j) is the symmetric matrix divided by its sum, p(i) its margin, d(k) and s(k) "
    "the distributions of k = |i - j| and k = i + j, HX the entropy of p(i), G the number of gray "
    "levels.",
    "glrlm": "n(i, j) is the number of runs of gray level i and length j, N their sum, p = n / N.",
    "glszm": "n(i, j) is the number of zones of gray level i and size j, N their sum, p = n / N.",
    "gldzm": "n(i, j) is the number of zones of gray level i at distance j from the edge, N their "
    "sum, p = n / N.",
    "ngldm": "n(i, j) is the number of pixels of gray level i of which j, itself included, are "
    "alike in the neighbourhood; N their sum, p = n / N.",
    "ngtdm": "p(i) is the share of gray level i, s(i) its sum of absolute differences from the "
    "mean of the neighbours, N the number of pixels with a neighbour, G the number of gray levels "
    "that occur; double sums run over these.",
    "local_intensity": "The sphere has a volume of 1 cm3, radius 6.2 mm.",
    "ivh": "v(x) is the share of the pixels whose intensity is at least x.",
    "morphology": "V and A are volume and area of the mesh (in an image A and P, area and "
    "perimeter of the contour), N the number of pixels, l1 >= l2 >= l3 the eigenvalues of the "
    "covariance of their positions, a, b, c = 2 sqrt(l), m the mean intensity.",
    "gradient": "x are the magnitudes of the gradient.",
}
"""What the letters in the formulas of a family stand for."""


def base_name(feature: Feature) -> str:
    """Name without the aggregation, distance and channel behind it, but with the family."""
    name = feature.name
    if feature.aggregation and name.endswith(f"_{feature.aggregation}"):
        name = name.removesuffix(f"_{feature.aggregation}")
    for part in ("_d", "_c"):
        head, _, number = name.rpartition(part)
        if head and number.isdigit():
            name = head
    return name


def formula_of(feature: Feature) -> str:
    """Formula in plain characters; empty for families whose features are shares of patterns."""
    name = base_name(feature).removeprefix(f"{feature.family}_")
    return _OF_FAMILY.get(feature.family, {}).get(name, "")
