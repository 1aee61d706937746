"""What an example is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from imgpipe._common.texts import Text
from imgpipe.images import Image


@dataclass(frozen=True)
class Example:
    """An image to begin with.

    Parameters
    ----------
    title : Text
        In a few words.
    about : Text
        What to try on it.
    python : str
        Lines, imports first, after which ``image`` is the same image.
    make : callable
        Makes it.
    """

    title: Text
    about: Text
    python: str
    make: Callable[[], Image]

    def image(self) -> Image:
        """Give the image; made once in a process, its pixels are not to be written to.

        Returns
        -------
        Image

        Examples
        --------
        >>> from imgpipe.lab.examples import EXAMPLES
        >>> EXAMPLES["chest-ct"].image()
        <Image chest-8: 512x512 int16>
        """
        return _made(self.make)


@cache
def _made(make: Callable[[], Image]) -> Image:
    image = make()
    image.pixels.setflags(write=False)
    return image
