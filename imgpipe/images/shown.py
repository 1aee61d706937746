"""What images show of themselves in a notebook."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from imgpipe._common import InputError
from imgpipe._common.html import html_view
from imgpipe._common.texts import counted, say
from imgpipe.images.picture import data_uri, outlined, picture_of

if TYPE_CHECKING:
    from imgpipe.images.image import Image
    from imgpipe.images.images import Images

_LONGEST = 64  # pixels of a picture
_LARGE = 192  # pixels of a single one
_SHOWN = 16  # pictures of a list of images


def pictures(images: "Images", places: Iterable[int]) -> Markup:
    """Small pictures with the outlines of masks; those whose files are bad are named."""
    return Markup("").join(_picture(images, int(place)) for place in places)


def _picture(images: Any, place: int) -> Markup:
    name = images.ids[place]
    try:
        drawn = _drawn(images[place], _LONGEST)
    except (InputError, OSError):
        return Markup('<span class="soft" title="{}">{} </span>').format(
            name, say("cannot be read")
        )
    return Markup('<img alt="{0}" title="{0}" src="{1}">').format(name, drawn)


def _drawn(image: "Image", longest: int) -> Markup:
    """Outlines are in colour; what has none stays gray, and small."""
    if image.mask is None:
        return Markup(data_uri(picture_of(image.pixels, image.channel_axis, longest)))
    return Markup(data_uri(outlined(image, longest)))


def show_images(images: "Images") -> str:
    """Frame the first images of a list."""
    n = len(images)
    title = counted(n, "{n} image", "{n} images")
    lead = say("The first {shown} are shown.", shown=_SHOWN) if n > _SHOWN else ""
    return html_view(title, lead, pictures(images, range(min(n, _SHOWN))))


def show_image(image: "Image") -> str:
    """Frame one image, with what is known of it."""
    shape = " × ".join(map(str, image.pixels.shape))
    facts = [shape, str(image.pixels.dtype)]
    if image.spacing is not None:
        facts.append(" × ".join(f"{length:g}" for length in image.spacing) + " mm")
    if image.mask is not None:
        facts.append(say("{n} pixels inside the mask", n=int((image.mask != 0).sum())))
    picture = Markup('<img style="height:auto;max-width:none" alt="" src="{}">').format(
        _drawn(image, _LARGE)
    )
    return html_view(image.id or say("Image"), ", ".join(map(str, facts)), picture)
