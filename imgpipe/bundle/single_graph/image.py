"""A filtered image inside a graph, and what several families of features need of it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.arithmetic import Term
from imgpipe.bundle.single_graph.levels import Levels, check_settings, discretised
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.features.inputs.settings import ExtractionPlan
from imgpipe.learn.graphs.graph import Graph

_WEIGHTS = (2126, 7152, 722)  # Rec. 709
_UNITS = 10000  # their sum: products and sum of whole numbers are exact


class MeasuredImage:
    """Pixels whose features a graph takes; each tensor is made when it is first asked for.

    Parameters
    ----------
    graph : Graph
    channels : sequence of Plane
        One, or three of a colour image.
    plan : ExtractionPlan
        Checked settings of the extraction.

    Raises
    ------
    InputError
        For settings that leave pixels out, and for colour of other than three channels.
    """

    def __init__(self, graph: Graph, channels: Sequence[Plane], plan: ExtractionPlan) -> None:
        check_settings(plan.settings)
        if len(channels) not in (1, 3):
            raise InputError(f"{len(channels)} channels cannot be exported; 1 or 3 can")
        self.graph, self.channels, self.plan = graph, tuple(channels), plan
        self.shape = channels[0].shape

    @property
    def n_pixels(self) -> int:
        """Pixels of the image."""
        return self.shape[0] * self.shape[1]

    @property
    def whole(self) -> bool:
        """Whether every pixel is a whole number."""
        return all(plane.dtype.kind in "iu" for plane in self.channels)

    @cached_property
    def values(self) -> str:
        """Gray values (luminance of a colour image), float64 (y, x)."""
        units = self._units
        return (self._weighted / units if units > 1 else self._weighted).name

    @property
    def levels(self) -> str:
        """Gray levels from 1 up, int64 (y, x)."""
        return self._discretised.levels.name

    @property
    def n_levels(self) -> str:
        """Highest gray level, int64 scalar."""
        return self._discretised.highest.name

    @property
    def most_levels(self) -> int:
        """What no gray level exceeds, whatever the pixels; at least 2."""
        return self._discretised.most

    @property
    def valid(self) -> str | None:
        """Whether `imgpipe.features` would not refuse the gray levels, bool scalar.

        None where it never does, as where no family has asked for levels.
        """
        found = self._discretised.valid if "_discretised" in self.__dict__ else None
        return None if found is None else found.name

    @property
    def _units(self) -> int:
        return 1 if len(self.channels) == 1 else _UNITS

    @cached_property
    def _weighted(self) -> Term:
        """Gray values in parts of 1 / `_units`, whole numbers where the channels are."""
        first, *others = (Term(self.graph, plane.name) for plane in self.channels)
        if not others:
            return first
        # the order, too, is that of `imgpipe.images.luminance`
        red, green, blue = (c * w for c, w in zip((first, *others), _WEIGHTS, strict=True))
        return red + green + blue

    @cached_property
    def _discretised(self) -> Levels:
        ends = (-np.inf, np.inf)
        if self.whole:
            told = np.iinfo(self.channels[0].dtype)
            ends = (float(told.min), float(told.max))
        return discretised(self._weighted, self._units, self.plan.settings, ends)
