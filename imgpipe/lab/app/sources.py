"""Where images come from: examples of the lab, and files that were sent."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.texts import say
from imgpipe.images import Image, ImageFile
from imgpipe.images.slices import is_volume, slice_of

_UPLOAD = "upload:"
MOST_KEPT = 8
MOST_BYTES = 2**30
"""Files that were sent, and bytes of their pixels, which are kept at a time."""


@dataclass(frozen=True)
class Origin:
    """How else one comes by an image.

    Parameters
    ----------
    python : str
        Lines after which ``image`` is the same image.
    file : str
        Name of a file for commands.
    given : bool
        Whether the file is there and holds this very image.
    """

    python: str
    file: str
    given: bool = False


@dataclass(frozen=True, eq=False)
class Source:
    """An image, or a volume whose slices are looked at one by one.

    Parameters
    ----------
    name : str
        What requests call it.
    title : str
    whole : Image
    origin : Origin
    file : ImageFile, optional
        Of what was sent: how one's own program would read it.
    """

    name: str
    title: str
    whole: Image
    origin: Origin | None = None
    file: ImageFile | None = None

    @property
    def slices(self) -> int:
        """How many there are; 1 for an image of two axes."""
        return len(self.whole.pixels) if is_volume(self.whole) else 1

    @property
    def plane_shape(self) -> tuple[int, ...]:
        """Rows and columns of what is shown."""
        return self.whole.spatial_shape[-2:]

    @property
    def first(self) -> int | None:
        """Slice to show at first."""
        return self.slices // 2 if is_volume(self.whole) else None

    def chosen(self, index: int | None) -> int | None:
        """Settle on a slice: the middle one where none is asked for.

        Raises
        ------
        InputError
            If there is no such slice.
        """
        if not is_volume(self.whole):
            if index not in (None, 0):
                raise InputError(say("{title} is one image and has no slices", title=self.title))
            return None
        if index is None:
            return self.first
        if not 0 <= index < self.slices:
            raise InputError(
                say(
                    "there is no slice {index}; {title} has those from 0 to {last}",
                    index=index,
                    title=self.title,
                    last=self.slices - 1,
                )
            )
        return index

    def image(self, index: int | None) -> Image:
        """Give the image, or a slice of the volume."""
        chosen = self.chosen(index)
        return self.whole if chosen is None else slice_of(self.whole, chosen)

    def origin_of(self, index: int | None) -> Origin:
        """Say how else one comes by it."""
        if self.file is None:
            assert self.origin is not None
            return self.origin
        given = [repr(self.file.path)]
        chosen = self.chosen(index)
        given += [f"slice={chosen}"] if chosen is not None else []
        given += [f"series={self.file.series!r}"] if self.file.series is not None else []
        given += ["allow_gaps=True"] if self.file.allow_gaps else []
        lines = f"from imgpipe import images\n\nimage = images.ImageFile({', '.join(given)}).read()"
        return Origin(lines, self.file.path, len(given) == 1)


class Sources:
    """Examples, and what was sent last; what was sent earlier is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: OrderedDict[str, Source] = OrderedDict()

    def keep(self, title: str, whole: Image, file: ImageFile) -> Source:
        """Keep an image that was sent."""
        whole.pixels.setflags(write=False)
        source = Source(_UPLOAD + secrets.token_hex(8), title, whole, file=file)
        with self._lock:
            self._sent[source.name] = source
            while len(self._sent) > 1 and self._full():
                self._sent.popitem(last=False)
        return source

    def _full(self) -> bool:
        kept = sum(each.whole.pixels.nbytes for each in self._sent.values())
        return len(self._sent) > MOST_KEPT or kept > MOST_BYTES

    def named(self, name: str) -> Source:
        """Find an image by its name.

        Raises
        ------
        InputError
            If there is none, or it was forgotten.
        """
        if not name.startswith(_UPLOAD):
            return _example(name)
        with self._lock:
            if name in self._sent:
                self._sent.move_to_end(name)
                return self._sent[name]
        raise InputError(
            say("this image is no longer kept: the lab keeps the last {n}. Open its file again",
                n=MOST_KEPT)
        )  # fmt: skip


def _example(name: str) -> Source:
    from imgpipe.lab.examples import EXAMPLES

    if name not in EXAMPLES:
        raise InputError(
            f"no example is called {name[:60]!r}; there are {', '.join(EXAMPLES)}"
            f"{did_you_mean(name, EXAMPLES)}"
        )
    example = EXAMPLES[name]
    return Source(name, example.title, example.image(), Origin(example.python, f"{name}.npy"))
