"""Synthetic scans with small lesions: images whose lesions are known, for detectors."""

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.datasets.dataset import Dataset
from imgpipe.datasets.entry import Entry
from imgpipe.images import Images

CLASSES = ("none", "lesion")
SCANS = 3
"""Images of each patient."""
MOST = 3
"""Lesions in one image."""
SPACING = 0.8
"""Pixel distance in mm."""
CONTRAST = 72.0
"""Gray levels by which lesions stand out at difficulty 0, twice what most distractors do."""


def synthetic_lesions(
    *,
    patients: int = 40,
    difficulty: float = 0.5,
    seed: int = 0,
    size: int | tuple[int, ...] | None = None,
) -> Dataset:
    """Make scans with none to three small bright lesions each.

    A lesion is a lobed disc, 6 to 14 pixels wide, with a border and a texture of its own. Around
    it are what is brighter or as large: vessels, along and end on, organs, rings, long shapes, and
    bumps without a border, on textured tissue with noise. A patient's three scans share levels,
    noise and the contrast of lesions, not places.

    Parameters
    ----------
    patients : int, default 40
        Number of patients, at least 2.
    difficulty : float, default 0.5
        From 0, where lesions outshine vessels, to 1, where they have no contrast.
    seed : int, default 0
        The same seed gives the same pixels.
    size : int or tuple of int, optional
        Resize the images of 128 x 128 pixels.

    Returns
    -------
    Dataset
        uint8 images with pixels of 0.8 mm, patients as groups, no split. Masks hold the number of
        the lesion that a pixel belongs to, 0 for none; the label says whether there is any.

    Raises
    ------
    InputError
        If `patients` is below 2 or `difficulty` outside [0, 1].

    Examples
    --------
    >>> from imgpipe.datasets import synthetic_lesions
    >>> data = synthetic_lesions(patients=4, seed=1)
    >>> data.counts, data.masks.max(axis=(1, 2)).tolist()
    ({'none': 3, 'lesion': 9}, [0, 3, 0, 3, 1, 0, 1, 1, 2, 2, 2, 3])
    """
    if isinstance(patients, bool) or not isinstance(patients, int | np.integer) or patients < 2:
        raise InputError(f"patients={patients!r}; an integer of at least 2 is needed")
    if not 0 <= difficulty <= 1:
        raise InputError(f"difficulty={difficulty!r}; a number from 0 to 1 is needed")
    # the registry is at hand wherever images are read: what makes these ones comes late
    from imgpipe.datasets.phantoms.lesions.scan import patient, scan

    rng = np.random.default_rng(seed)
    # the same number of images with none, one, two and three, whatever the seed
    counts = rng.permutation(np.arange(patients * SCANS) % (MOST + 1)).reshape(patients, SCANS)
    scans = []
    for number in counts:
        who = patient(rng, CONTRAST * (1 - difficulty))
        scans += [scan(rng, who, int(n)) for n in number]
    pixels, masks = (np.stack(each) for each in zip(*scans, strict=True))
    settings = [f"patients={patients}", f"difficulty={difficulty}", f"seed={seed}"]
    return Dataset(
        name="synthetic-lesions",
        images=Images(pixels, masks, spacing=(SPACING, SPACING)).resized(size),
        labels=(counts.ravel() > 0).astype(np.int64),
        classes=CLASSES,
        groups=np.repeat([f"P{i:03d}" for i in range(patients)], SCANS),
        ids=[f"P{i:03d}-{k}" for i in range(patients) for k in range(SCANS)],
        source=say("generated with {settings:,}", settings=settings),
    )


ENTRY = Entry(
    name="synthetic-lesions",
    description="generated scans with 0 to 3 small lesions, 128x128 uint8, 40 patients",
    classes=CLASSES,
    licence="same as imgpipe",
    citation="imgpipe.datasets.lesions",
    loader=synthetic_lesions,
    images={"all": 120},
)
