"""The picture of docs/pixels.md: ``make pictures``, which needs the real data."""

from pathlib import Path

import numpy as np
from PIL import Image as Picture

from benchmarks.segment.pixels import EACH, TRAINED_ON, as_bright, trained
from benchmarks.segment.sections import data
from benchmarks.segment.strokes import strokes

HERE = Path(__file__).parent
HEIGHT, NUCLEI = 260, 100
HUES = np.array([(0, 0, 0), (60, 160, 255), (255, 150, 0)], float)


def gray(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Show a range of values, in three channels."""
    scaled = 255 * np.clip((values - low) / (high - low), 0, 1)
    return np.repeat(scaled[..., None], 3, axis=-1)


def tinted(picture: np.ndarray, labels: np.ndarray, share: float) -> np.ndarray:
    """Lay the hues of labels over a picture."""
    return np.where((labels > 0)[..., None], (1 - share) * picture + share * HUES[labels], picture)


def main() -> None:
    """Write it: strokes, then an image that was not seen, its probabilities and its labels."""
    with np.load(data("nuclei", "dsb2018_nuclei_256.npz")) as archive:
        images, labels = archive["images"], archive["labels"]
    model = trained(images, labels)
    place = TRAINED_ON[1]
    seen, new = as_bright(images[place]), as_bright(images[NUCLEI])
    found = model.predict(new)
    parts = [
        tinted(gray(seen, -0.2, 1.8), strokes(labels[place], EACH, place), 1.0),
        gray(new, -0.2, 1.8),
        gray(model.predict_proba(new)[..., 1], 0, 1),
        tinted(gray(new, -0.2, 1.8), np.where(found == 2, 2, 0), 0.45),
    ]
    row = []
    for part in parts:
        shown = Picture.fromarray(part.round().astype(np.uint8)).resize((HEIGHT, HEIGHT))
        row += [np.asarray(shown), np.full((HEIGHT, 8, 3), 255, np.uint8)]
    Picture.fromarray(np.concatenate(row[:-1], axis=1)).save(HERE / "pixels.jpg", quality=84)


if __name__ == "__main__":
    main()
