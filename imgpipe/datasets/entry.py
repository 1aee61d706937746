"""What the registry knows about a data set before it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass

from imgpipe.datasets.dataset import Dataset

Size = int | tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """A registered data set.

    Parameters
    ----------
    name : str
        Name to load it by.
    description : str
        One line.
    classes : tuple of str
        Class names.
    licence, citation : str
        Terms of use and the source to cite.
    loader : callable
        Gives the `Dataset` in its own size; called without arguments.
    images : dict of str to int
        Number of images in each part, or under ``"all"``.
    """

    name: str
    description: str
    classes: tuple[str, ...]
    licence: str
    citation: str
    loader: Callable[..., Dataset]
    images: dict[str, int]

    def load(self, *, size: Size | None = None) -> Dataset:
        """Load it, fetching it first if need be, and resize the images and masks if asked to.

        Parameters
        ----------
        size : int or tuple of int, optional
            As in `load`.
        """
        data = self.loader()
        return data if size is None else data.changed(images=data.images.resized(size))
