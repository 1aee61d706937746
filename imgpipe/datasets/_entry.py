"""What the registry knows about a data set before it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imgpipe.datasets._dataset import Dataset


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
        Gives the `Dataset`; takes ``size=None``.
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

    def load(self, **settings: Any) -> Dataset:
        """Load it, fetching it first if need be."""
        return self.loader(**settings)
