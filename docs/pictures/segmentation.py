"""The pictures of docs/segmentation.md: ``make pictures``, which needs the real data.

Sources and licences of the images stand on the page, beside each of them.
"""

import os
from pathlib import Path

import numpy as np
from PIL import Image as Picture

from imgpipe.datasets import chest_ct
from imgpipe.images import read, read_volume
from imgpipe.segment import recipe

HERE = Path(__file__).parent
DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", "../shared/data"))
RED = np.array([230.0, 30.0, 60.0])
BUSI = (271, 404)
"""One that is found, and one that is missed; neither is of those on which weights were chosen."""
FILMS = ("1d6c4b7c.png", "cfcdf8d9.png")
NUCLEI = 100
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
    Picture.fromarray(np.concatenate(row, axis=1)).save(HERE / f"{name}.jpg", quality=84)


def main() -> None:
    """Write all of them."""
    image, _ = chest_ct(seed=3, spacing=(1.0, 1.0), height=5)
    low, _ = chest_ct(seed=3, spacing=(1.0, 1.0), height=-75)
    keep(
        "lungs", *(pair(gray(i.pixels, -1100, 300), recipe("lungs")(i), 210) for i in (image, low))
    )
    scans = DATA / "ct_series" / "STS_025"
    leg = read_volume(scans / "CT")
    keep("body", pair(gray(leg.pixels[8], -1000, 400), recipe("body")(leg)[8]))
    pet = read_volume(scans / "PET")
    found = recipe("bright-lesion")(pet, level=0.4)
    at = int(np.argmax(found.sum(axis=(1, 2))))
    keep("bright-lesion", pair(gray(pet.pixels[at], 0, 6), found[at]))
    with np.load(DATA / "busi" / "busi_128.npz") as archive:
        masses = [archive["images"][k] for k in BUSI]
    keep("dark-lesion", *(pair(each, recipe("dark-lesion")(each)) for each in masses))
    films = [read(DATA / "hannover_xray" / "images" / name) for name in FILMS]
    keep("chest-xray-lungs", *(pair(f.pixels, recipe("chest-xray-lungs")(f), 230) for f in films))
    with np.load(DATA / "nuclei" / "dsb2018_nuclei_256.npz") as archive:
        nuclei = archive["images"][NUCLEI]
    keep("cells", pair(gray(nuclei, 0, 0.8 * nuclei.max()), recipe("cells")(nuclei)))


if __name__ == "__main__":
    main()
