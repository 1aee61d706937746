"""Small pictures of images, for a person to look at."""

import base64
import io

import numpy as np

from imgpipe.images.image import Image

_OUTLINE = (255, 210, 40)
_LONGER_SIDE = 96  # pixels, unless told otherwise


def picture_of(
    image: np.ndarray, channel_axis: int | None, longest: int = _LONGER_SIDE
) -> np.ndarray:
    """Small uint8 picture, (h, w) or (h, w, 3), about `longest` pixels on its longer side at most.

    uint8 stays as it is; other dtypes are stretched between the 1st and 99th percentile. A volume
    shows its middle slice.
    """
    image = np.asarray(image)
    if channel_axis is not None:
        image = np.moveaxis(image, channel_axis, -1)
        image = image[..., :3] if image.shape[-1] >= 3 else image[..., 0]
    while image.ndim > (3 if channel_axis is not None and image.shape[-1] == 3 else 2):
        image = image[len(image) // 2]
    step = -(-max(image.shape[:2]) // longest)
    if image.dtype != np.uint8:
        image = stretched(image)
    if step > 1:
        image = _shrunk(image, step)
    return np.ascontiguousarray(image)


def outlined(image: Image, longest: int = _LONGER_SIDE) -> np.ndarray:
    """Small picture, uint8 (h, w, 3), with the outline of the mask where there is one.

    A volume shows the slice in which its mask is largest.
    """
    if image.mask is not None and image.mask.ndim > 2 and image.mask.any():
        at = np.count_nonzero(image.mask.reshape(len(image.mask), -1), axis=1).argmax()
        axis = None if image.channel_axis is None else -1
        image = Image(image.pixels[at], axis, mask=image.mask[at])
    picture = picture_of(image.pixels, image.channel_axis, longest)
    if image.mask is None:
        return picture
    shown = np.where(image.mask != 0, 255, 0).astype(np.uint8)
    inside = picture_of(shown, None, longest) >= 128
    padded = np.pad(inside, 1)
    core = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    colour = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return np.where((inside & ~core)[..., None], np.array(_OUTLINE, np.uint8), colour)


def data_uri(pixels: np.ndarray) -> str:
    """Put an 8-bit gray or RGB image as a PNG into a URI."""
    from PIL import Image as Pictures

    store = io.BytesIO()
    Pictures.fromarray(np.ascontiguousarray(pixels)).save(store, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(store.getvalue()).decode("ascii")


def fitted_map(relevance: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bring a map from -1 to 1 to a picture's size; two digits are more than an eye sees."""
    from PIL import Image as Pictures

    coarse = Pictures.fromarray(relevance.astype(np.float32))
    fitted = coarse.resize((shape[1], shape[0]), Pictures.Resampling.BILINEAR)
    return np.round(np.asarray(fitted), 2)


def stretched(image: np.ndarray) -> np.ndarray:
    """Map the bulk of the values to 0 to 255; what is not finite becomes black."""
    with np.errstate(over="ignore"):  # a long double may exceed float64
        values = image.astype(np.float64)
    # a power of two changes no ratio, and keeps spans near the largest float finite
    values *= 2.0**-2
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros(image.shape, np.uint8)
    low, high = np.percentile(finite, [1, 99])
    if high <= low:
        low, high = finite.min(), finite.max()
    scaled = (values - low) / (high - low) if high > low else np.full_like(values, 0.5)
    return np.round(255 * np.clip(np.nan_to_num(scaled, posinf=1, neginf=0), 0, 1)).astype(np.uint8)


def _shrunk(image: np.ndarray, step: int) -> np.ndarray:
    """Mean of square blocks; an incomplete block at the edge is left out."""
    h, w = (n // step for n in image.shape[:2])
    if not h or not w:
        return image[::step, ::step]
    blocks = image[: h * step, : w * step].reshape(h, step, w, step, *image.shape[2:])
    return np.round(blocks.mean(axis=(1, 3))).astype(np.uint8)
