"""What the lab takes and gives as files, done in a worker: uploads, pictures, results, the page."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from imgpipe._common import InputError, unknown_name
from imgpipe.lab.app import messages
from imgpipe.lab.app.answering import own_range
from imgpipe.lab.app.display import drawn, range_of, shown
from imgpipe.lab.app.messages import Picture
from imgpipe.lab.app.reading import read_sent
from imgpipe.lab.app.sources import Sources
from imgpipe.lab.chain import Chain
from imgpipe.serve.app.bodies import File

if TYPE_CHECKING:
    from imgpipe.lab.app.lab import Lab

RESULTS = ("png", "npy", "mask.png", "mask.npy")
"""What of a result is given as a file: the picture or the pixels, of the image or of its mask."""


class Sent(NamedTuple):
    """A file for the page."""

    name: str
    type: str
    content: bytes


def page(lab: "Lab", lang: str) -> str:
    """Make the page, with all that there is to choose from."""
    from imgpipe.lab.examples import EXAMPLES
    from imgpipe.lab.knobs import catalogue
    from imgpipe.lab.page import page as filled

    names = [card["title"] for card in lab.models.cards()]
    return filled(lang, catalogue(), EXAMPLES, names)


def kept(lab: "Lab", sent: Sequence[File]) -> dict[str, Any]:
    """Read and keep what was sent, and say what it is."""
    title, whole, file = read_sent(sent, lab.settings.most_pixels, lab.folder)
    source = lab.sources.keep(title, whole, file)
    return {
        "source": source.name,
        "title": source.title,
        "shape": list(source.plane_shape),
        "slices": source.slices,
        "slice": source.first,
        "dtype": str(whole.pixels.dtype),
        "unit": whole.unit,
        "spacing": None if whole.spacing is None else list(whole.spacing),
        "warnings": list(whole.warnings),
    }


def picture(sources: Sources, name: str, index: int | None) -> Sent:
    """Draw the untouched image."""
    image = sources.named(name).image(index)
    return _of_picture("image", drawn(image, range_of(image)))


def exact(sources: Sources, name: str, index: int | None) -> Sent:
    """Give the pixels of the untouched image."""
    return _of_array("image", sources.named(name).image(index).pixels)


def result(sources: Sources, body: bytes) -> Sent:
    """Give what a request makes of an image; its field ``format`` says as what.

    Raises
    ------
    InputError
        If it cannot be, or there is no mask where one is asked for.
    """
    told = messages.decoded(body)
    kind = told.pop("format", "png") if isinstance(told, dict) else None
    if kind not in RESULTS:
        raise unknown_name("format", kind, RESULTS)
    request = messages.asked(told)
    image = sources.named(request.source).image(request.slice)
    chain = Chain.of(request.filters, request.segment)
    made = chain.apply(image)
    if kind == "npy":
        return _of_array("result", made.image.pixels)
    if kind == "png":
        seen = shown(made.image, range_of(image), own_range(chain), lossless=True)
        return _of_picture("result", seen.picture)
    if made.mask is None:
        raise InputError("there is no mask: the request names no segmentation")
    labels = made.mask if made.labels is None else made.labels
    if kind == "mask.npy":
        return _of_array("mask", labels)
    return Sent("mask.png", "image/png", mask_png(labels))


def mask_png(labels: np.ndarray) -> bytes:
    """Write a mask as black and white, or labels as they are."""
    import cv2

    if labels.dtype == bool:
        seen = np.where(labels, 255, 0).astype(np.uint8)
    else:
        seen = labels.astype(np.uint16 if labels.max(initial=0) > 255 else np.uint8)
    return cv2.imencode(".png", seen)[1].tobytes()


def _of_array(stem: str, pixels: np.ndarray) -> Sent:
    store = io.BytesIO()
    np.save(store, pixels, allow_pickle=False)
    return Sent(f"{stem}.npy", "application/octet-stream", store.getvalue())


def _of_picture(stem: str, made: Picture) -> Sent:
    return Sent(f"{stem}.{made.type[6:]}", made.type, made.content)
