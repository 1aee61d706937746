"""A segmenter, and what pipelines, tests and the command line need to know of it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Gives = Literal["mask", "labels"]


def _nothing(_: np.ndarray) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class Segmenter:
    """A way to find what is in an image: a segmenter, or a recipe made of several.

    Calling it calls its function.

    Parameters
    ----------
    function : callable
        ``function(image, ..., **settings)`` of an `Image`, or an array that is a gray image or
        volume, gives an array of its shape.
    description : str
        What it finds, in a few words.
    gives : {"mask", "labels"}
        An array of bool, or of int32 with 0 for the background.
    axes : tuple of int
        Numbers of axes that an image may have.
    expects : str
        What the image must show, of recipes: ``"CT in HU"``.
    package : str, optional
        That is imported when it runs; None where NumPy and the kernels do.
    trial : callable
        ``trial(image)`` gives settings with which it can be tried on an array: those that it needs.
    """

    function: Callable[..., np.ndarray]
    description: str
    gives: Gives = "mask"
    axes: tuple[int, ...] = (2, 3)
    expects: str = ""
    package: str | None = None
    trial: Callable[[np.ndarray], Mapping[str, Any]] = _nothing

    def __call__(self, image: Any, *values: Any, **settings: Any) -> np.ndarray:
        return self.function(image, *values, **settings)

    @property
    def settings(self) -> dict[str, inspect.Parameter]:
        """What it takes beside the image."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        return {each.name: each for each in parameters}
