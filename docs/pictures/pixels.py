"""The picture of docs/pixels.md: synthetic nuclei in fluorescence; ``make pictures``."""

from pathlib import Path

import numpy as np
from made import nuclei
from PIL import Image as Picture

from benchmarks.segment.pixels import EACH, SETTINGS
from benchmarks.segment.strokes import strokes
from imgpipe.segment import PixelClassifier

HERE = Path(__file__).parent
HEIGHT = 260
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
    (seen, truth), (new, _) = nuclei(2), nuclei(1)
    drawn = strokes(truth, EACH, 0)
    model = PixelClassifier(**SETTINGS).fit(seen, drawn)
    found = model.predict(new)
    parts = [
        tinted(gray(seen, 0, 200), drawn, 1.0),
        gray(new, 0, 200),
        gray(model.predict_proba(new)[..., 1], 0, 1),
        tinted(gray(new, 0, 200), np.where(found == 2, 2, 0), 0.45),
    ]
    row = []
    for part in parts:
        shown = Picture.fromarray(part.round().astype(np.uint8)).resize((HEIGHT, HEIGHT))
        row += [np.asarray(shown), np.full((HEIGHT, 8, 3), 255, np.uint8)]
    Picture.fromarray(np.concatenate(row[:-1], axis=1)).save(HERE / "pixels.jpg", quality=78)


if __name__ == "__main__":
    main()
