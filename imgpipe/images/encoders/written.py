"""What is written to a file of a volume."""

from dataclasses import dataclass, replace

import numpy as np

from imgpipe.images.place import Place


@dataclass(frozen=True, eq=False)
class Written:
    """Pixels with colours last, and where they lie.

    An image of two axes with a place is one slice of a volume: others read no plane in space.
    """

    pixels: np.ndarray
    colour: bool
    spacing: tuple[float, ...] | None
    place: Place | None
    unit: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths along the axes in space."""
        return self.pixels.shape[: self.pixels.ndim - self.colour]

    def as_volume(self) -> "Written":
        """Give a plane with a place a third axis, along its normal."""
        if self.place is None or self.spacing is None or len(self.shape) == 3:
            return self
        y, x = self.place.directions
        place = replace(self.place, directions=np.stack([np.cross(x, y), y, x]))
        return replace(self, pixels=self.pixels[None], spacing=(1.0, *self.spacing), place=place)
