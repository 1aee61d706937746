"""Gray images that were saved as colour, among many that are not read yet."""

from collections.abc import Generator, Iterator
from contextlib import closing

from imgpipe._common import InputError
from imgpipe._runtime.backends import active
from imgpipe._runtime.workers import in_chunks
from imgpipe.images import Images
from imgpipe.images.gray import SAVED_AS_COLOUR, gray_in_disguise

_CHUNK = 64
_WORTH_WORKERS = 256  # images: below, starting workers takes longer than reading


def in_one_channel(images: Images, n_jobs: int | None = None) -> Images:
    """Give gray images that were saved as colour one channel, unless some are in colour indeed.

    Reads them up to the first one in colour, and none beyond the first where that is gray; many in
    as many workers.
    """
    step = _CHUNK if len(images) > _WORTH_WORKERS else 1
    disguised = False
    first = next((i for i in range(len(images)) if _looks(images[i : i + 1])), len(images))
    if _looks(images[first : first + 1]) == ["gray"]:
        return images.single_channel()
    chunks = (images[i : i + step] for i in range(first, len(images), step))
    # a cluster is asked for what it was made for, once it is known to see the files
    workers = n_jobs if step > 1 and active() is None else 1
    with closing(_each(chunks, workers)) as found:
        for look in found:
            if look == "colour":
                return images
            disguised = disguised or look == "disguised"
    return images.single_channel().noting([SAVED_AS_COLOUR] if disguised else [])


def _each(chunks: Iterator[Images], n_jobs: int | None) -> Generator[str, None, None]:
    for looks in map(_looks, chunks) if n_jobs == 1 else in_chunks(_looks, chunks, n_jobs):
        yield from looks


def _looks(images: Images) -> list[str]:
    """Say of each image that can be read whether it is gray, gray in disguise, or in colour."""
    found = []
    for i in range(len(images)):
        try:
            image = images[i]
        except (InputError, OSError):
            continue
        if image.channel_axis is None:
            found.append("gray")
        else:
            same = gray_in_disguise(image.pixels, image.channel_axis)
            found.append("disguised" if same else "colour")
    return found
