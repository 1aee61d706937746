"""The pictures of docs/segmentation.md, of synthetic images: ``make pictures``."""

from pathlib import Path

import numpy as np
from made import breast, film, leg, nuclei
from PIL import Image as Picture

from imgpipe.datasets import chest_ct
from imgpipe.segment import recipe

HERE = Path(__file__).parent
RED = np.array([230.0, 30.0, 60.0])
HUES = np.array(
    [(230, 30, 60), (60, 160, 255), (90, 200, 60), (255, 170, 0), (190, 90, 255), (0, 200, 190)]
)


def gray(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Bytes of a range of values."""
    return np.rint(255 * np.clip((values - low) / (high - low), 0, 1)).astype(np.uint8)


def enlarged(pixels: np.ndarray, height: int, smooth: bool) -> np.ndarray:
    """Scale to a given height."""
    width = round(pixels.shape[1] * height / pixels.shape[0])
    how = Picture.Resampling.BICUBIC if smooth else Picture.Resampling.NEAREST
    return np.asarray(Picture.fromarray(pixels).resize((width, height), how))


def pair(pixels: np.ndarray, labels: np.ndarray, height: int = 260) -> np.ndarray:
    """Put what was found beside its image, outlined and tinted."""
    shown = enlarged(pixels, height, smooth=True)
    parts = enlarged(labels.astype(np.int32), height, smooth=False)
    colour = np.repeat(shown[..., None], 3, axis=-1).astype(float)
    edge = np.zeros(parts.shape, bool)
    for axis in (0, 1):
        for step in (-1, 1):
            edge |= np.roll(parts, step, axis) != parts
    hues = HUES[(parts - 1) % len(HUES)] if labels.dtype == np.int32 else RED
    tinted = np.where((parts > 0)[..., None], 0.75 * colour + 0.25 * hues, colour)
    tinted = np.where((edge & (parts > 0))[..., None], hues, tinted)
    gap = np.full((height, 6, 3), 255.0)
    return np.concatenate([colour, gap, tinted], axis=1).round().astype(np.uint8)


def keep(name: str, *pairs: np.ndarray) -> None:
    """Write pairs beside one another."""
    gap = np.full((pairs[0].shape[0], 18, 3), 255, np.uint8)
    row = [part for each in pairs for part in (each, gap)][:-1]
    Picture.fromarray(np.concatenate(row, axis=1)).save(HERE / f"{name}.jpg", quality=80)


def main() -> None:
    """Write all of them."""
    image, _ = chest_ct(seed=3, spacing=(1.0, 1.0), height=5)
    low, _ = chest_ct(seed=3, spacing=(1.0, 1.0), height=-75)
    keep(
        "lungs", *(pair(gray(i.pixels, -1100, 300), recipe("lungs")(i), 210) for i in (image, low))
    )
    keep("body", pair(gray(image.pixels, -1000, 400), recipe("body")(image)))
    pet = leg(1)
    keep("bright-lesion", pair(gray(pet, 0, 6), recipe("bright-lesion")(pet, level=0.4)))
    scans = [breast(seed, darkness)[0] for seed, darkness in ((1, 0.8), (2, 0.3))]
    keep("dark-lesion", *(pair(each, recipe("dark-lesion")(each)) for each in scans))
    films = film(1), film(2, opaque=0.5)
    keep("chest-xray-lungs", *(pair(f, recipe("chest-xray-lungs")(f), 230) for f in films))
    cells, _ = nuclei(1)
    keep("cells", pair(gray(cells, 0, 0.8 * cells.max()), recipe("cells")(cells)))


if __name__ == "__main__":
    main()
