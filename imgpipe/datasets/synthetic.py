"""Synthetic lung nodules: CT-like patches whose right answer is known."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from imgpipe._common import InputError
from imgpipe.datasets._dataset import Dataset
from imgpipe.datasets._entry import Entry
from imgpipe.images import resize

CLASSES = ("benign", "malignant")
SIDE = 64
SPACING = 0.7
"""Pixel distance in mm: a patch shows 45 mm of lung."""
SEPARATION = 4.4
"""Distance of the two classes in each hidden trait, in standard deviations, at difficulty 0."""
TRAITS = ("margin", "texture", "contrast")


def synthetic_nodules(
    *,
    patients: int = 72,
    difficulty: float = 0.5,
    seed: int = 0,
    size: int | tuple[int, ...] | None = None,
) -> Dataset:
    """Make lung patches with one nodule each, benign or malignant.

    Each patient has one nodule, half of them malignant, seen in three or four slices. Three
    hidden traits of a nodule tell the classes apart, each normally distributed with a mean that
    depends on the class: the margin (smooth, or lobulated with spicules), the texture inside
    (even or patchy) and the contrast (dense or faint). Size, place, vessels, chest wall and noise
    do not depend on the class.

    Parameters
    ----------
    patients : int, default 72
        Number of patients, at least 4.
    difficulty : float, default 0.5
        From 0, where the classes hardly overlap, to 1, where they do not differ at all.
    seed : int, default 0
        The same seed gives the same pixels.
    size : int or tuple of int, optional
        Resize the patches of 64 x 64 pixels.

    Returns
    -------
    Dataset
        int16 images in Hounsfield units with pixels of 0.7 mm, patients as groups, no split, and
        the true outline of each nodule (without spicules) as mask.

    Raises
    ------
    InputError
        If `patients` is below 4 or `difficulty` outside [0, 1].

    Examples
    --------
    >>> from imgpipe.datasets import synthetic_nodules
    >>> data = synthetic_nodules(patients=6, seed=3)
    >>> data.ids[:2].tolist(), data.images.shape[1:]
    (['P000-0', 'P000-1'], (64, 64))
    """
    if isinstance(patients, bool) or not isinstance(patients, int | np.integer) or patients < 4:
        raise InputError(f"patients={patients!r}; an integer of at least 4 is needed")
    if not 0 <= difficulty <= 1:
        raise InputError(f"difficulty={difficulty!r}; a number from 0 to 1 is needed")
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(patients) % 2)
    traits = _traits(rng, labels, SEPARATION * (1 - difficulty))
    images, masks, groups, ids = [], [], [], []
    for patient, trait in enumerate(traits):
        slices = int(rng.integers(3, 5))
        pixels, inside = _patient(rng, trait, slices)
        images.append(pixels)
        masks.append(inside)
        groups += [f"P{patient:03d}"] * slices
        ids += [f"P{patient:03d}-{i}" for i in range(slices)]
    stack, outline = np.concatenate(images), np.concatenate(masks)
    return Dataset(
        name="synthetic-nodules",
        images=stack if size is None else resize(stack, size),
        labels=np.repeat(labels, [len(pixels) for pixels in images]),
        classes=CLASSES,
        groups=np.array(groups),
        ids=ids,
        source=f"generated with patients={patients}, difficulty={difficulty}, seed={seed}",
        masks=outline if size is None else resize(outline, size),
    )


def _traits(rng: np.random.Generator, labels: np.ndarray, separation: float) -> np.ndarray:
    """Hidden traits ``(patient, trait)``: normal around minus or plus half the separation.

    Quantiles in random order rather than random draws: with few patients, chance alone would
    otherwise make an easy or a hard set.
    """
    traits = np.empty((len(labels), len(TRAITS)))
    for label in (0, 1):
        members = np.flatnonzero(labels == label)
        ranks = (np.arange(len(members)) + 0.5) / len(members)
        quantiles = np.array([NormalDist().inv_cdf(rank) for rank in ranks])
        for k in range(len(TRAITS)):
            traits[members, k] = rng.permutation(quantiles) + separation * (label - 0.5)
    return traits


@dataclass(frozen=True)
class _Grid:
    """Pixel coordinates and the radial frequencies of their Fourier transform."""

    y: np.ndarray
    x: np.ndarray
    frequency: np.ndarray


def _grid() -> _Grid:
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    return _Grid(y, x, frequency)


GRID = _grid()


def _field(rng: np.random.Generator, spectrum: np.ndarray, n: int) -> np.ndarray:
    """`n` random fields ``(n, y, x)`` of unit variance with a given amplitude spectrum."""
    white = np.fft.rfft2(rng.standard_normal((n, SIDE, SIDE)))
    field = np.fft.irfft2(white * spectrum, s=(SIDE, SIDE))
    return field / field.std(axis=(1, 2), keepdims=True)


def _smooth(scale: float) -> np.ndarray:
    """Spectrum of Gaussian smoothing with a standard deviation of `scale` pixels."""
    return np.exp(-2 * (np.pi * scale * GRID.frequency) ** 2)


def _patient(
    rng: np.random.Generator, trait: np.ndarray, slices: int
) -> tuple[np.ndarray, np.ndarray]:
    """Slices of one patient in Hounsfield units, and the nodule's outline in each."""
    margin, texture, contrast = trait
    heights = (np.arange(slices) - (slices - 1) / 2) / slices
    tissue = _lung(rng, slices)
    tissue = _over(tissue, _vessels(rng, heights), rng.uniform(-350, -50))
    if rng.random() < 0.3:
        tissue = _over(tissue, _chest_wall(rng, heights), rng.uniform(0, 60))
    nodule, inside = _nodule(rng, margin, heights)
    # one texture for the nodule, changing from slice to slice
    patches = _field(rng, _smooth(1.3), 1) + 0.6 * _field(rng, _smooth(1.3), slices)
    density = -40 - 70 * contrast + 45 * np.exp(0.45 * texture) * patches
    tissue = _over(tissue, nodule, np.clip(density, -650, 180))
    blurred = np.fft.irfft2(np.fft.rfft2(tissue) * _smooth(0.6), s=(SIDE, SIDE))
    # filtered back-projection leaves noise of middle frequencies (Riederer et al., 1978)
    noise = _field(rng, GRID.frequency * np.exp(-((GRID.frequency / 0.28) ** 2)), slices)
    values = blurred + rng.uniform(22, 34) * noise
    return np.clip(np.rint(values), -1024, 3071).astype(np.int16), inside


def _over(below: np.ndarray, share: np.ndarray, density: np.ndarray | float) -> np.ndarray:
    """Lay a structure over tissue where its share of the pixel is above zero."""
    return below * (1 - share) + share * density


def _lung(rng: np.random.Generator, slices: int) -> np.ndarray:
    """Air-filled tissue: a level, a slow gradient and a fine net that slices share in part."""
    level = rng.uniform(-890, -830)
    slow = 25 * _field(rng, _smooth(9), 1)
    net = _field(rng, _smooth(1.2), 1) + _field(rng, _smooth(1.2), slices)
    return level + slow + 22 * net


def _vessels(rng: np.random.Generator, heights: np.ndarray) -> np.ndarray:
    """Share of each pixel in vessels: thin lines, and round sections of those that cross."""
    share = np.zeros((len(heights), SIDE, SIDE))
    for _ in range(rng.integers(2, 6)):
        angle, drift = rng.uniform(0, np.pi), rng.normal(0, 6)
        y, x = rng.uniform(0, SIDE, 2)
        width, bend = rng.uniform(0.5, 1.5), rng.normal(0, 0.004)
        along = (GRID.x - x) * np.cos(angle) + (GRID.y - y) * np.sin(angle)
        across = (GRID.y - y) * np.cos(angle) - (GRID.x - x) * np.sin(angle)
        reach = rng.uniform(5, 24)
        for i, height in enumerate(heights):
            off = across - bend * along**2 - drift * height
            taper = 1 / (1 + np.exp((along - reach) / 3)) / (1 + np.exp(-along - reach))
            line = taper * np.exp(-((off / width) ** 2))
            share[i] = np.maximum(share[i], line)
    for _ in range(rng.integers(2, 6)):
        y, x = rng.uniform(0, SIDE, 2)
        width = rng.uniform(1.0, 2.2)
        shift = rng.normal(0, 3, 2)
        for i, height in enumerate(heights):
            squared = (GRID.y - y - shift[0] * height) ** 2 + (GRID.x - x - shift[1] * height) ** 2
            share[i] = np.maximum(share[i], np.exp(-squared / (2 * width**2)))
    return share


def _chest_wall(rng: np.random.Generator, heights: np.ndarray) -> np.ndarray:
    """Share of each pixel in the chest wall, which cuts off a side or a corner."""
    angle = rng.uniform(0, 2 * np.pi)
    centre = (SIDE - 1) / 2
    along = (GRID.x - centre) * np.cos(angle) + (GRID.y - centre) * np.sin(angle)
    across = (GRID.y - centre) * np.cos(angle) - (GRID.x - centre) * np.sin(angle)
    edge = rng.uniform(22, 28) - 0.006 * across**2
    return np.stack([1 / (1 + np.exp(edge + 2 * height - along)) for height in heights])


def _nodule(
    rng: np.random.Generator, margin: float, heights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of each pixel in the nodule, spicules included, and its outline without them."""
    radius = rng.uniform(6.0, 11.0)
    y, x = (SIDE - 1) / 2 + rng.normal(0, 2.5, 2)
    rough = 1 / (1 + np.exp(-margin))
    orders = np.arange(2, 8)
    waves = rng.normal(0, 1, (2, len(orders))) / orders**0.7
    count = int(rng.integers(9, 15))
    angles, lengths = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.5, 1.5, count)
    down, right = GRID.y - y, GRID.x - x
    distance = np.hypot(down, right)
    turns = orders[:, None, None] * np.arctan2(down, right)
    cosines, sines = np.cos(turns), np.sin(turns)
    shares, outlines = [], []
    for height in heights:
        waves = waves + rng.normal(0, 0.25, waves.shape) / orders**0.7
        angles = angles + rng.normal(0, 0.12, count)
        lobes = np.tensordot(waves[0], cosines, 1) + np.tensordot(waves[1], sines, 1)
        level = radius * np.sqrt(1 - 0.8 * height**2)
        border = level * (1 + (0.02 + 0.14 * rough) * lobes)
        body = 1 / (1 + np.exp((distance - border) / (0.45 + 0.5 * rough)))
        spicules = _spicules(down, right, level, angles, lengths * 11 * rough**1.5)
        shares.append(np.maximum(body, spicules * (0.25 + 0.6 * rough)))
        outlines.append(distance <= border)
    return np.stack(shares), np.stack(outlines)


def _spicules(
    down: np.ndarray,
    right: np.ndarray,
    radius: float,
    angles: np.ndarray,
    lengths: np.ndarray,
) -> np.ndarray:
    """Share of each pixel in thin rays that leave the nodule and taper off."""
    share = np.zeros_like(down)
    for angle, length in zip(angles, lengths, strict=True):
        across = down * np.cos(angle) - right * np.sin(angle)
        along = right * np.cos(angle) + down * np.sin(angle)
        taper = np.clip(1 - (along - radius) / max(length, 0.1), 0, 1) * (along > 0)
        ray = np.exp(-((across / (0.9 * np.sqrt(taper) + 0.1)) ** 2)) * (taper > 0)
        share = np.maximum(share, ray * np.minimum(1, 2 * taper))
    return share


ENTRY = Entry(
    name="synthetic-nodules",
    description="generated lung CT patches with a nodule, 64x64 int16, 72 patients",
    classes=CLASSES,
    licence="same as imgpipe",
    citation="imgpipe.datasets.synthetic",
    loader=synthetic_nodules,
    images={"all": 258},
)
