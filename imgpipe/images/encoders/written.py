"""What is written to a file of a volume."""

from dataclasses import dataclass

import numpy as np

from imgpipe.images.place import Place


@dataclass(frozen=True, eq=False)
class Written:
    """Pixels with colours last, and where they lie."""

    pixels: np.ndarray
    colour: bool
    spacing: tuple[float, ...] | None
    place: Place | None

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths along the axes in space."""
        return self.pixels.shape[: self.pixels.ndim - self.colour]
