"""A chain of steps: filters one after another, then at most one segmentation."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text
from imgpipe.enhance import choosing as steps
from imgpipe.images import Image
from imgpipe.images.luminance import in_gray
from imgpipe.lab.memo import Memo
from imgpipe.lab.step import Step, StepRefused, named, read_filter, read_segment
from imgpipe.segment import Contour, active_contour
from imgpipe.segment import choosing as segmenters

__all__ = ["EVOLVING", "Chain", "Frame", "Made", "Memo", "Step", "StepRefused"]

EVOLVING = "active-contour"
"""The segmenter whose contour can be watched."""
_MOST_PIXELS = 2**24  # that a step may make of an image


@dataclass(frozen=True)
class Made:
    """What a chain made of an image.

    Parameters
    ----------
    image : Image
        After the filters.
    mask : ndarray of bool, optional
        What the segmentation found in it.
    labels : ndarray of int32, optional
        Of its objects or classes, where the segmentation tells them apart.
    notes : tuple of Text
        What a reader should know.
    """

    image: Image
    mask: np.ndarray | None = None
    labels: np.ndarray | None = None
    notes: tuple[Text, ...] = ()


class Frame(NamedTuple):
    """A contour on its way.

    Parameters
    ----------
    mask : ndarray of bool
        What it surrounds.
    iteration : int
    energy : float
    """

    mask: np.ndarray
    iteration: int
    energy: float


@dataclass(frozen=True)
class Chain:
    """Filters one after another, then at most one segmentation.

    Parameters
    ----------
    filters : tuple of Step
        In the order in which they are applied.
    segment : Step, optional
        Applied to what the filters made; colour is looked at in gray.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe.images import Image
    >>> from imgpipe.lab.chain import Chain
    >>> image = Image(np.array([[0, 0, 9], [0, 99, 99], [9, 99, 99]], np.uint8))
    >>> made = Chain.of([["median", {"size": 3}]], ["otsu", {}]).apply(image)
    >>> made.image.pixels[0], int(made.mask.sum())
    (array([0, 0, 9], dtype=uint8), 3)
    """

    filters: tuple[Step, ...] = ()
    segment: Step | None = None

    @classmethod
    def of(cls, filters: Sequence[Any] = (), segment: Any = None) -> "Chain":
        """Read steps as JSON holds them, and refuse those that cannot be.

        Parameters
        ----------
        filters : sequence of (str, dict)
            Names and settings.
        segment : (str, dict), optional

        Returns
        -------
        Chain

        Raises
        ------
        StepRefused
            For an unknown name or setting, and a value that no image could be given.
        """
        if isinstance(filters, str) or not isinstance(filters, Sequence):
            raise InputError(f"filters is of type {type(filters).__name__}; give a list of pairs")
        made = tuple(read_filter(pair, n) for n, pair in enumerate(filters))
        last = None if segment is None else read_segment(segment, len(made))
        return cls(made, last)

    @property
    def evolves(self) -> bool:
        """Whether its segmentation is a contour that can be watched."""
        return self.segment is not None and self.segment.name == EVOLVING

    def apply(self, image: Image, memo: Memo | None = None) -> Made:
        """Send an image through all steps.

        Parameters
        ----------
        image : Image
        memo : Memo, optional
            Where what the first steps make is kept.

        Returns
        -------
        Made

        Raises
        ------
        StepRefused
            By the step that fails on this image.
        """
        memo = Memo() if memo is None else memo
        filtered = self._filtered(image, memo)
        notes = tuple(self._notes(image))
        if self.segment is None:
            return Made(filtered, notes=notes)
        labels = memo.get(image, self._key())
        if labels is None:
            with _timed(image, memo, self.segment):
                labels = _attempted(_labels, filtered, self.segment, self._last)
            memo.put(image, self._key(), labels)
        if labels.dtype == bool:
            return Made(filtered, labels, notes=notes)
        return Made(filtered, labels != 0, labels, notes)

    def contours(self, image: Image, memo: Memo | None = None, every: int = 1) -> Iterator[Frame]:
        """Watch the contour of ``active-contour`` evolve.

        Parameters
        ----------
        image : Image
        memo : Memo, optional
            As in `apply`, which then finds there what the last contour surrounds.
        every : int
            So many iterations from one contour to the next; the last one always comes.

        Yields
        ------
        Frame

        Raises
        ------
        StepRefused
            As in `apply`; an `InputError` for another segmentation, or none.
        """
        if self.segment is None or not self.evolves:
            raise InputError(f"only {EVOLVING} has a contour that evolves")
        memo = Memo() if memo is None else memo
        filtered = in_gray(self._filtered(image, memo))
        mask = None
        for contour in _attempted(partial(_evolving, every), filtered, self.segment, self._last):
            mask = contour.mask
            yield Frame(mask, len(contour.energy), float(contour.energy[-1]))
        if mask is not None:
            memo.put(image, self._key(), mask)

    @property
    def _last(self) -> int:
        """Place of the segmentation."""
        return len(self.filters)

    def left(self, image: Image, memo: Memo) -> tuple[Step, ...]:
        """Name the steps whose results are not kept.

        Parameters
        ----------
        image : Image
        memo : Memo

        Returns
        -------
        tuple of Step
        """
        filters = self.filters[self._kept(image, memo)[1] :]
        if self.segment is None or memo.get(image, self._key()) is not None:
            return filters
        return (*filters, self.segment)

    def _kept(self, image: Image, memo: Memo) -> tuple[Image, int]:
        """Give the last result of filters that is kept, and how many they are."""
        for n in range(len(self.filters), 0, -1):
            kept = memo.get(image, self._key(n))
            if kept is not None:
                return kept, n
        return image, 0

    def _filtered(self, image: Image, memo: Memo) -> Image:
        """Apply the filters, from the last one on whose result is kept."""
        made, done = self._kept(image, memo)
        for n, step in enumerate(self.filters[done:], done):
            with _timed(image, memo, step):
                made = _attempted(_filter, made, step, n)
            memo.put(image, self._key(n + 1), made)
        return made

    def _notes(self, image: Image) -> list[Text]:
        filters = [(step.name, step.settings) for step in self.filters]
        return steps.preset_notes(filters, [image.unit or ""])

    def _key(self, n: int | None = None) -> str:
        """Name the first n filters, or all steps."""
        found = [] if n is not None or self.segment is None else [f"> {self.segment.key}"]
        return " ".join([*(step.key for step in self.filters[:n]), *found])


@contextmanager
def _timed(image: Image, memo: Memo, step: Step) -> Iterator[None]:
    """Note what a step takes."""
    begun = time.perf_counter()
    yield
    memo.took[step.name, math.prod(image.spatial_shape)] = time.perf_counter() - begun


def _filter(image: Image, step: Step) -> Image:
    _refuse_growth(image, step)
    return steps.apply_to_image(image, step.name, step.settings)


def _labels(image: Image, step: Step) -> np.ndarray:
    return segmenters.Finder(step.name, step.settings).labels(image)


def _evolving(every: int, image: Image, step: Step) -> Iterator[Contour]:
    return active_contour(image, steps=every, **step.settings)


def _refuse_growth(image: Image, step: Step) -> None:
    """Refuse, before the work, an image that would become too large to be played with."""
    enhancement = steps.enhancement_named(step.name)
    if enhancement is None or enhancement.shape_after is None:
        return
    if enhancement.needs_spacing and image.spacing is None:
        return  # which the step itself refuses
    shape = enhancement.shape_after(image.spatial_shape, image.spacing, **step.settings)
    if np.prod(shape, dtype=float) > _MOST_PIXELS:
        size = " x ".join(f"{n:,}" for n in shape)
        raise InputError(f"the image would have {size} pixels; at most {_MOST_PIXELS:,} are made")


def _attempted(work: Callable[[Image, Step], Any], image: Image, step: Step, place: int) -> Any:
    """Do a step; say which one failed."""
    try:
        return work(image, step)
    except StepRefused:
        raise
    except InputError as error:
        raise StepRefused(named(step.name, error), place) from error
