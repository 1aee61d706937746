"""A step, and what pipelines, tests and the command line need to know of it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imgpipe.images import Image, Images


@dataclass(frozen=True, eq=False)
class Enhancement:
    """A step of `imgpipe.enhance`.

    Calling it calls its function.

    Parameters
    ----------
    function : callable
        ``function(image, ..., **settings)``; an `Image` gives an `Image`, an array an array.
    description : str
        What it does, in a few words.
    uses_mask : bool
        Whether what it does depends on the mask of an image.
    keeps_size : bool
        Whether images keep their size.
    colour : bool
        Whether it takes images with channels.
    needs_spacing : bool
        Whether an image must know how far its pixels are apart.
    package : str, optional
        That is imported when the step runs; None where NumPy does.
    learn : callable, optional
        ``learn(images, settings)`` gives what a pipeline learns from its training images: further
        settings of the function.
    check : callable, optional
        ``check(**settings)``, with all settings, refuses values that no image could be given.
    shape_after : callable, optional
        ``shape_after(shape, spacing, **settings)`` foretells the shape (without channels), where
        images may grow.
    trial : dict
        Settings with which it can be tried on any image: those that it needs.
    """

    function: Callable[..., Any]
    description: str
    uses_mask: bool = False
    keeps_size: bool = True
    colour: bool = True
    needs_spacing: bool = False
    package: str | None = None
    learn: Callable[[Images, Mapping[str, Any]], dict[str, Any]] | None = None
    check: Callable[..., None] | None = None
    shape_after: Callable[..., tuple[int, ...]] | None = None
    trial: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, image: Any, **settings: Any) -> Any:
        return self.function(image, **settings)

    @property
    def settings(self) -> dict[str, inspect.Parameter]:
        """What it takes beside the image."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        return {each.name: each for each in parameters}

    def learnt(self, settings: Mapping[str, Any]) -> bool:
        """Tell whether settings hold what the step would learn."""
        return self.learn is None or all(
            settings.get(key, each.default) is not None for key, each in self.settings.items()
        )

    def on(self, image: Image, **settings: Any) -> Image:
        """Run on an `Image`."""
        made: Image = self.function(image, **settings)
        return made
