"""Boxes drawn over an image, with their scores."""

import numpy as np

from imgpipe.images import Image

_COLOUR = (255, 210, 40)
_LEAST, _LONGEST = 512, 1024  # pixels of the longer side of a picture


def drawn(image: Image, boxes: np.ndarray) -> np.ndarray:
    """Draw boxes over an image; of a volume over the slice through the middle of the first box.

    Parameters
    ----------
    image : Image
    boxes : ndarray, shape (n, 2 * axes + 1)
        With scores, the highest first. Those that the slice does not cut are left out.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
    """
    from PIL import Image as Pictures
    from PIL import ImageDraw

    from imgpipe.images.picture import picture_of
    from imgpipe.tables.mask_files.overlays import windowed

    pixels, axes = windowed(image).pixels, len(image.spatial_shape)
    if axes == 3:
        at = _slice(len(pixels), boxes)
        pixels = pixels[at]
        boxes = boxes[(boxes[:, 0] < at + 1) & (boxes[:, 3] > at)]
    plane = picture_of(pixels, None if image.channel_axis is None else -1, _LONGEST)
    longer = max(pixels.shape[:2])
    scale = 1 / -(-longer // _LONGEST) if longer > _LONGEST else max(1, _LEAST // longer)
    picture = Pictures.fromarray(plane).convert("RGB")
    if scale > 1:
        picture = picture.resize(
            (picture.width * int(scale), picture.height * int(scale)), Pictures.Resampling.NEAREST
        )
    pen = ImageDraw.Draw(picture)
    for box in boxes[::-1]:
        y0, x0, y1, x1 = (scale * each for each in (*box[axes - 2 : axes], *box[-3:-1]))
        pen.rectangle((x0, y0, max(x1 - 1, x0), max(y1 - 1, y0)), outline=_COLOUR)
        pen.text((x0 + 2, y0 + 1), f"{box[-1]:.2f}", fill=_COLOUR)
    return np.asarray(picture)


def _slice(depth: int, boxes: np.ndarray) -> int:
    if not len(boxes):
        return depth // 2
    return int(np.clip((boxes[0, 0] + boxes[0, 3]) / 2, 0, depth - 1))
