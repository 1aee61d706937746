"""A filtered image inside a graph, and what several families of features need of it."""

from collections.abc import Sequence
from functools import cached_property, reduce
from operator import and_

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
        self._conditions: list[Term] = []

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
        units = self.units
        return (self.weighted / units if units > 1 else self.weighted).name

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
        """Whether `imgpipe.features` would refuse no level of the families so far, bool scalar.

        None where it never does, whatever the pixels.
        """
        if not self._conditions:
            return None
        return reduce(and_, self._conditions).name

    def spacing_for(self, family: str) -> tuple[float, ...]:
        """Give the size of a pixel, which must be a setting.

        Raises
        ------
        InputError
            If it is that of each file, which no graph knows.
        """
        if self.plan.settings.spacing is None:
            raise InputError(
                f"the features {family} of pixels whose size stands in their files (train with "
                "spacing=(1, 1), or the size that all have)"
            )
        return self.plan.spacing

    def checked(self, found: Levels) -> Levels:
        """Note what makes an image with these levels `valid`."""
        if found.valid is not None:
            self._conditions.append(found.valid)
        return found

    @property
    def units(self) -> int:
        """What gray values are multiplied by in `weighted`."""
        return 1 if len(self.channels) == 1 else _UNITS

    @cached_property
    def weighted(self) -> Term:
        """Gray values in parts of 1 / `units`, whole numbers where the channels are."""
        first, *others = (Term(self.graph, plane.name) for plane in self.channels)
        if not others:
            return first
        # the order, too, is that of `imgpipe.images.luminance`
        red, green, blue = (c * w for c, w in zip((first, *others), _WEIGHTS, strict=True))
        return red + green + blue

    @cached_property
    def _discretised(self) -> Levels:
        return self.checked(discretised(self.weighted, self.units, self.plan.settings, self.ends))

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest intensity that there can be, infinite for floats."""
        if not self.whole:
            return -np.inf, np.inf
        told = np.iinfo(self.channels[0].dtype)
        return float(told.min), float(told.max)
