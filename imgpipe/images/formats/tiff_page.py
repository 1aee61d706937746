"""One page of a TIFF file: what its samples mean."""

from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.images.formats.samples import Samples, turned

COLOURS = {"MINISBLACK": 1, "MINISWHITE": 1, "PALETTE": 1, "RGB": 3, "YCBCR": 3}
PREMULTIPLIED, STRAIGHT = 1, 2
ORIENTATION = 274


def samples_of(name: str, page: Any, stored: np.ndarray, turn: int) -> Samples:
    """Samples of one page, turned upright; `stored` is what tifffile decodes."""
    kind = page.photometric.name
    if page.imagedepth != 1:
        raise InputError(f"{name}: a TIFF page of depth {page.imagedepth}; use one page a slice")
    lossy = page.compression.name.endswith("JPEG")
    # JPEG-compressed YCbCr arrives as RGB; any other YCbCr would arrive raw
    if kind not in COLOURS or (kind == "YCBCR" and not lossy):
        raise InputError(f"{name}: TIFF pixels stored as {kind} are not read; save as gray or RGB")
    # separate planes, depth, rows, columns, samples side by side; asarray() drops single ones
    planes = stored.reshape(page.shaped)[:, 0]
    pixels = np.moveaxis(planes, 0, -1)[..., 0, :] if len(planes) > 1 else planes[0]
    count = COLOURS[kind]
    if pixels.shape[-1] < count:
        raise InputError(f"{name}: damaged: {pixels.shape[-1]} samples of a TIFF pixel in {kind}")
    alpha = _alpha(name, page, pixels[..., count:])
    values = pixels[..., :count] if count == 3 else pixels[..., 0]
    palette = None
    if kind == "PALETTE":
        palette = _palette(page.colormap)
        if values.dtype == bool:
            values = values.astype(np.uint8)
        if values.max() >= len(palette):
            raise InputError(f"{name}: damaged: TIFF palette indices beyond its palette")
    samples = Samples(
        np.ascontiguousarray(values),
        colour=count == 3,
        alpha=alpha,
        palette=palette,
        white=_largest(page, values) if kind == "MINISWHITE" else None,
        lossy=lossy,
    )
    return turned(samples, turn)


def orientation(page: Any, first: int = 1) -> int:
    """The Orientation of a page, or that of the first page where it declares none that is known."""
    tag = page.tags.get(ORIENTATION)
    known = tag is not None and tag.value in range(1, 9)
    return int(tag.value) if known else first


def _alpha(name: str, page: Any, extra: np.ndarray) -> np.ndarray | None:
    """The straight alpha channel, if one is declared and not opaque.

    Premultiplied colours lie over black already. A sample without a declared meaning is passed
    over if it is the same everywhere, since it then says nothing.
    """
    alpha = None
    declared = [*map(int, page.extrasamples), *[0] * extra.shape[-1]]
    for k, meaning in zip(range(extra.shape[-1]), declared, strict=False):
        sample = extra[..., k]
        told = (sample != sample.flat[0]).any()
        if meaning == STRAIGHT and alpha is None and sample.dtype.kind == "u":
            alpha = np.ascontiguousarray(sample)
        elif meaning == STRAIGHT and alpha is None and told:
            raise InputError(f"{name}: a TIFF alpha channel of {sample.dtype}; save without it")
        elif meaning not in (PREMULTIPLIED, STRAIGHT) and told:
            raise InputError(
                f"{name}: {page.samplesperpixel} samples a pixel in TIFF {page.photometric.name}, "
                "one of them declared as neither colour nor alpha (ExtraSamples); save gray or RGB"
            )
    return alpha


def _palette(palette: np.ndarray) -> np.ndarray:
    """Colours of a palette; the 16-bit entries of an 8-bit palette become 8 bits."""
    table = np.asarray(palette).T
    if (table == (table >> 8) * 257).all() or (table & 255 == 0).all():
        table = (table >> 8).astype(np.uint8)
    return table


def _largest(page: Any, values: np.ndarray) -> int:
    return int(2**page.bitspersample - 1) if values.dtype.kind == "u" else 0
