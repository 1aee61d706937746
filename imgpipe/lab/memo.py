"""What steps made of images, kept for a while."""

from collections import OrderedDict
from typing import Any

import numpy as np

from imgpipe.images import Image


class Memo:
    """What steps made of images: what was made lately is not made again.

    Parameters
    ----------
    keep : int
        So many results at most.
    size : int
        So many bytes of them at most; the last one is kept whatever its size.
    took : dict, optional
        Where the seconds are kept that a step took last, by its name and the pixels of the image;
        it may be that of another memo.
    """

    def __init__(
        self,
        keep: int = 24,
        size: int = 2**28,
        took: dict[tuple[str, int], float] | None = None,
    ) -> None:
        self.took = {} if took is None else took
        self._most = keep, size
        # with the image itself, so that no other one gets its id
        self._kept: OrderedDict[tuple[int, str], tuple[Image, Any]] = OrderedDict()

    def get(self, image: Image, key: str) -> Any:
        """Give what was kept, or None."""
        kept = self._kept.get((id(image), key))
        if kept is None:
            return None
        self._kept.move_to_end((id(image), key))
        return kept[1]

    def put(self, image: Image, key: str, made: Any) -> None:
        """Keep what was made; what was not asked for in the longest time goes."""
        self._kept[id(image), key] = image, made
        most, size = self._most
        while len(self._kept) > max(most, 1) or (len(self._kept) > 1 and self._bytes() > size):
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        return sum(np.asarray(made).nbytes for _, made in self._kept.values())
