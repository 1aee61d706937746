"""The public doors: one image, many images, and the list of what they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.features.family import Feature
from imgpipe.features.inputs.settings import CODES, ExtractionPlan, settings_among
from imgpipe.features.jobs.stacks import extract_tasks, run
from imgpipe.features.registry import features_of
from imgpipe.features.shown import FeatureList

FamilyNames = str | Iterable[str]


def extract(
    image: Any,
    mask: Any = None,
    *,
    families: FamilyNames = "default",
    aggregation: str | Iterable[str] = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    low: float | None = None,
    range: tuple[float, float] | None = None,
    outliers: float | None = None,
    distance: int | Sequence[int] = 1,
    spacing: Sequence[float] | None = None,
    resampling: Any = None,
    label: float | None = None,
    morphological_mask: Any = None,
    channel_axis: int | None = None,
    ivh_bins: int | None = None,
    ivh_bin_width: float | None = None,
) -> dict[str, float]:
    """Describe one image, or the part of it inside a mask, by named numbers.

    Parameters
    ----------
    image : array_like or path
        ``(y, x)`` for an image, ``(z, y, x)`` for a volume, one more axis for colour. Bool,
        integers or floats; computed in float64.
    mask : array_like or path, optional
        Nonzero is inside; the whole image without it. Shaped like the image without channels.
    families : str or list of str, default "default"
        Names out of `FAMILIES`, ``"default"``, ``"ibsi"`` or ``"all"``.
    aggregation : str or list of str, default "default"
        How texture matrices of several directions and slices are brought together: IBSI codes
        (``"BTW3"`` 2-D averaged, ``"SUJT"`` 2-D slice-merged, ``"JJUI"`` 2.5-D direction-merged,
        ``"ZW7Z"`` 2.5-D merged, ``"ITBB"`` 3-D averaged, ``"IAZD"`` 3-D merged; for zones
        ``"8QNN"`` 2-D, ``"62GR"`` 2.5-D, ``"KOBO"`` 3-D), ``"all"``, or ``"default"``: SUJT and
        8QNN for an image, IAZD and KOBO for a volume. A code that is asked for ends the name of
        the feature.
    bins : int or None, default 32
        Number of gray levels between the minimum and the maximum inside the mask. None says that
        the image holds gray levels already: positive integers. A value on the edge of two bins
        is in the upper one.
    bin_width : float, optional
        Bins of this size instead, in the unit of the image, starting at `low`.
    low : float, optional
        Start of the first bin; the lower bound of `range`, else the minimum inside the mask.
    range : (float, float), optional
        Re-segmentation: only intensities within these bounds, inclusive, count.
    outliers : float, optional
        Re-segmentation: intensities further than this many standard deviations from the mean are
        left out. It follows `range`, and the mean is that of what `range` kept.
    distance : int or sequence of int, default 1
        Chebyshev distance in pixels of the neighbours in co-occurrence matrices; distances other
        than 1 are part of the name.
    spacing : sequence of float, optional
        Size of a pixel along each spatial axis, mm; 1.0 each by default.
    resampling : float, sequence of float or mapping, optional
        New size of a pixel, one for all axes or one each (None keeps that of an axis), mm: image
        and masks are brought to it before anything else (IBSI: image interpolation). A mapping
        says how: ``spacing`` (that size), ``interpolation`` and ``mask_interpolation``
        (``"linear"``, ``"nearest"`` or ``"cubic"``), ``rounding`` of intensities to integers
        (None: where their unit is HU) and ``mask_threshold``, the least share of a mask that counts
        as inside (0.5). See `resample` and `resample_mask`.
    label : int, optional
        Only where ``mask == label`` is inside.
    morphological_mask : array_like or path, optional
        Mask of the shape, nonzero inside, where it differs from `mask`.
    channel_axis : int, optional
        Axis of the colour channels. Texture, LBP and HOG then work on luminance (Rec. 709), and
        intensity statistics are given per channel, with suffix ``_c0``, ``_c1``, ...
    ivh_bins : int, optional
        Number of bins of the intensity-volume histogram, for arbitrary units: IBSI's is 1000. It
        has none by default, and whole intensities are levels of one unit.
    ivh_bin_width : float, optional
        Bins of this size for the intensity-volume histogram, for calibrated units, from the lower
        bound of `range`, else the minimum inside the mask.

    Returns
    -------
    dict of str to float
        Value of each feature, in the order of `catalogue`. A feature that is undefined for the
        image is NaN; the rule stands in the docstring of its family's file. So is one
        that exceeds float64, as powers of pixels beyond about 1e77 do.

    Raises
    ------
    InputError
        For settings that are unknown or exclude each other, an empty mask, a mask of another
        shape, NaN or infinite pixels inside the mask, or more gray levels than a matrix holds.

    References
    ----------
    Image Biomarker Standardisation Initiative, reference manual, arXiv:1612.07003.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import extract
    >>> image = np.arange(64).reshape(8, 8)
    >>> values = extract(image, families=["intensity", "glcm"])
    >>> values["intensity_mean"]
    31.5
    >>> round(values["glcm_contrast"], 3)
    12.048
    """
    settings = settings_among(locals())
    masks = None if mask is None else [mask]
    shapes = None if morphological_mask is None else [morphological_mask]
    values, names = run([image], masks, shapes, settings, ["the image"])
    return dict(zip(names, values[0].tolist(), strict=True))


def extract_many(
    images: Any,
    masks: Any = None,
    *,
    n_jobs: int | None = None,
    families: FamilyNames = "default",
    aggregation: str | Iterable[str] = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    low: float | None = None,
    range: tuple[float, float] | None = None,
    outliers: float | None = None,
    distance: int | Sequence[int] = 1,
    spacing: Sequence[float] | None = None,
    resampling: Any = None,
    label: float | None = None,
    morphological_mask: Any = None,
    channel_axis: int | None = None,
    ivh_bins: int | None = None,
    ivh_bin_width: float | None = None,
) -> tuple[np.ndarray, list[str]]:
    """Describe many images; to the last bit the numbers that `extract` gives for each.

    Parameters
    ----------
    images : ndarray, or sequence of arrays or paths
        ``(n, y, x)`` images, ``(n, z, y, x)`` volumes, with one more axis for colour, or a
        sequence whose members may differ in size. A lazy sequence is read item by item. The
        channels of files are known without `channel_axis`.
    masks : ndarray or sequence, optional
        One mask per image.
    n_jobs : int, optional
        Number of processes through `joblib.Parallel`, -1 for all CPUs; None is one, or what the
        caller's `joblib.parallel_config` says.
    families, aggregation, bins, bin_width, low, range, outliers, distance, spacing, resampling,
    label
        As in `extract`.
    morphological_mask : ndarray or sequence, optional
        One mask of the shape per image.
    channel_axis : int, optional
        Axis of the colour channels within one image; -1 is the last one in a stack as well.
    ivh_bins, ivh_bin_width
        As in `extract`.

    Returns
    -------
    values : ndarray of float64, shape (n, f)
        One row per image.
    names : list of str
        Names of the columns.

    Raises
    ------
    InputError
        As in `extract`, with the number or path of the image; also where images of different
        kinds (gray and colour, images and volumes) would give different columns.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.features import extract_many
    >>> images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    >>> values, names = extract_many(images, families="glcm")
    >>> values.shape, names[0]
    ((5, 25), 'glcm_joint_maximum')
    """
    settings = settings_among(locals())
    return extract_tasks(images, masks, morphological_mask, settings, n_jobs)


def catalogue(
    families: FamilyNames = "default",
    aggregation: str | Iterable[str] = "default",
    bins: int | None = 32,
    bin_width: float | None = None,
    low: float | None = None,
    range: tuple[float, float] | None = None,
    outliers: float | None = None,
    distance: int | Sequence[int] = 1,
    spacing: Sequence[float] | None = None,
    label: float | None = None,
    morphological_mask: Any = None,
    channel_axis: int | None = None,
    *,
    ivh_bins: int | None = None,
    ivh_bin_width: float | None = None,
    resampling: Any = None,
    ndim: int | None = None,
    channels: int = 3,
) -> list[Feature]:
    """List the features that `extract` gives with the same settings, in the same order.

    Parameters
    ----------
    families, aggregation, bins, bin_width, low, range, outliers, distance, spacing, label
        As in `extract`.
    morphological_mask, channel_axis, ivh_bins, ivh_bin_width, resampling
        As in `extract`.
    ndim : int, optional
        2 for images, 3 for volumes. By default 3 if `spacing` has three values or `aggregation`
        names a code that only volumes have, else 2.
    channels : int, default 3
        Number of colour channels, where `channel_axis` is given.

    Returns
    -------
    list of Feature
        Name, family, IBSI id, aggregation, unit and description of each; a notebook shows it as a
        table.

    Raises
    ------
    InputError
        For settings that `extract` refuses.

    Examples
    --------
    >>> from imgpipe.features import catalogue
    >>> [feature] = [f for f in catalogue("glcm") if f.ibsi == "ACUI"]
    >>> feature.name, feature.aggregation
    ('glcm_contrast', 'SUJT')
    """
    settings = settings_among(locals())
    if ndim is None:
        volumes = set(CODES) - {"BTW3", "SUJT", "8QNN"}
        named = volumes.intersection(settings.aggregation)
        ndim = 3 if named or len(settings.spacing or ()) == 3 else 2
    if ndim not in (2, 3):
        raise InputError(f"ndim must be 2 for images or 3 for volumes, not {ndim!r}")
    return FeatureList(
        features_of(ExtractionPlan(settings, ndim, None if channel_axis is None else channels))
    )
