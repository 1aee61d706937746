"""A chain of steps: filters one after another, then at most one segmentation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe.images import Image


@dataclass(frozen=True)
class Step:
    """A filter, an enhancement or a segmenter by its name, with settings.

    Parameters
    ----------
    name : str
        Of `imgpipe.kernels.FILTERS`, `imgpipe.enhance`, `imgpipe.segment.SEGMENTERS` or `RECIPES`.
    settings : dict
        That it takes.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What a chain made of an image.

    Parameters
    ----------
    image : Image
        After the filters.
    mask : ndarray of bool, optional
        What the segmentation found in it.
    """

    image: Image
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class Chain:
    """Filters one after another, then at most one segmentation.

    Parameters
    ----------
    filters : tuple of Step
        In the order in which they are applied.
    segment : Step, optional
        Applied to what the filters made.
    """

    filters: tuple[Step, ...] = ()
    segment: Step | None = None
