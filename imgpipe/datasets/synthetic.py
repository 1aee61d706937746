"""Synthetic lung nodules: CT-like patches whose right answer is known."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.entry import Entry
from imgpipe.images import Images

CLASSES = ("benign", "malignant")
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
    # the registry is at hand wherever images are read: what makes these ones comes late
    from imgpipe.datasets.phantoms.patches import nodule_slices

    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(patients) % 2)
    traits = _traits(rng, labels, SEPARATION * (1 - difficulty))
    images, masks, groups, ids = [], [], [], []
    for patient, trait in enumerate(traits):
        slices = int(rng.integers(3, 5))
        pixels, inside = nodule_slices(rng, trait, slices)
        images.append(pixels)
        masks.append(inside)
        groups += [f"P{patient:03d}"] * slices
        ids += [f"P{patient:03d}-{i}" for i in range(slices)]
    stack, outline = np.concatenate(images), np.concatenate(masks)
    settings = [f"patients={patients}", f"difficulty={difficulty}", f"seed={seed}"]
    return Dataset(
        name="synthetic-nodules",
        images=Images(stack, outline, spacing=(SPACING, SPACING)).resized(size),
        labels=np.repeat(labels, [len(pixels) for pixels in images]),
        classes=CLASSES,
        groups=np.array(groups),
        ids=ids,
        source=say("generated with {settings:,}", settings=settings),
    )


def _traits(rng: np.random.Generator, labels: np.ndarray, separation: float) -> np.ndarray:
    """Hidden traits ``(patient, trait)``: normal around minus or plus half the separation.

    Quantiles in random order rather than random draws: with few patients, chance alone would
    otherwise make an easy or a hard set.
    """
    from statistics import NormalDist

    traits = np.empty((len(labels), len(TRAITS)))
    for label in (0, 1):
        members = np.flatnonzero(labels == label)
        ranks = (np.arange(len(members)) + 0.5) / len(members)
        quantiles = np.array([NormalDist().inv_cdf(rank) for rank in ranks])
        for k in range(len(TRAITS)):
            traits[members, k] = rng.permutation(quantiles) + separation * (label - 0.5)
    return traits


ENTRY = Entry(
    name="synthetic-nodules",
    description="generated lung CT patches with a nodule, 64x64 int16, 72 patients",
    classes=CLASSES,
    licence="same as imgpipe",
    citation="imgpipe.datasets.synthetic",
    loader=synthetic_nodules,
    images={"all": 258},
)
