"""Pixel classification: time of 512 x 512 pixels, and nuclei learnt from strokes on five images."""

import time
from typing import Any

import numpy as np

from benchmarks.segment.sections import Goal, Section, Table, data, dice, race
from benchmarks.segment.strokes import SAID, strokes
from imgpipe import kernels
from imgpipe.segment import PixelClassifier, threshold

SECONDS, DICE = 2.0, 0.92
CHOSEN_ON = 100  # images among which those of the training, and the settings, were chosen
TRAINED_ON = (3, 36, 39, 44, 57)
EACH = 6  # strokes in each region
SETTINGS: dict[str, Any] = {"scales": (1, 2, 4, 8), "min_samples_leaf": 5}
_CORES = 2

_SAID_SPEED = (
    "Fitted on strokes and applied to the same image, 512 x 512 pixels (four images of the nuclei "
    "set), default settings, 100 trees, compiled code and scikit-learn loaded before; this part "
    "may use {cores} cores. The peer is scikit-image's `multiscale_basic_features` at the same "
    "scales with scikit-learn's forest of as many trees, as its `fit_segmenter` and "
    "`predict_segmenter` do."
)
_SAID_NUCLEI = (
    "Fluorescence images of 256 x 256 pixels, 8 bits, each brought to one brightness: of the "
    "square root of the values, the mean below Otsu's threshold becomes 0, the mean above 1. "
    "Trained on strokes on {n} of the first {first} images, which were chosen among these with the "
    "settings (searched for the mean Dice on the others of them); then scored once on all others. "
)


def section(quick: bool) -> Section:
    """Time one image, and score the nuclei."""
    with np.load(data("nuclei", "dsb2018_nuclei_256.npz")) as archive:
        images, labels = archive["images"], archive["labels"]
    found = Section("Pixel classification", [_SAID_SPEED.format(cores=_CORES)])
    with kernels.threads(_CORES):
        _speed(found, images, labels, quick)
        _nuclei(found, images, labels, quick)
    return found


def _speed(found: Section, images: np.ndarray, labels: np.ndarray, quick: bool) -> None:
    image, truth = (_four(each[:4]) for each in (images, labels))
    scribbles = strokes(truth, 40, 0)
    model = PixelClassifier(n_jobs=_CORES)

    def ours() -> np.ndarray:
        return model.fit(image, scribbles).predict(image)

    def theirs() -> np.ndarray:
        return _peer(image, scribbles)

    agree = float((ours() == theirs()).mean())
    mine, peer = race(ours, theirs, quick=quick, slow=20.0)
    before = time.process_time()
    ours()
    row = {
        "features": len(model.feature_names_),
        "strokes": int(np.count_nonzero(scribbles)),
        "seconds": mine,
        "cpu seconds": time.process_time() - before,
        "peer seconds": peer,
        "ratio": peer / mine,
        "pixels alike": agree,
    }
    found.figures["512 x 512"] = row
    header = ("features", "labelled pixels", "s", "CPU s", "peer s", "ratio", "pixels alike")
    cells = (f"{row['features']}", f"{row['strokes']:,}", *(f"{v:.2f}" for v in
             (mine, row["cpu seconds"], peer, row["ratio"])), f"{agree:.3f}")  # fmt: skip
    found.body.append(Table(header, [cells]))
    text = f"Pixel classification, 512 x 512, {row['features']} features, fitted and applied"
    found.goals.append(Goal("pixels seconds", text, SECONDS, mine, "s", "most"))


def _nuclei(found: Section, images: np.ndarray, labels: np.ndarray, quick: bool) -> None:
    found.body.append(
        _SAID_NUCLEI.format(n=len(TRAINED_ON), first=CHOSEN_ON) + SAID.format(each=EACH)
    )
    model = trained(images, labels)
    step = 10 if quick else 1
    rows = []
    for name, which in (
        (f"first {CHOSEN_ON} without the {len(TRAINED_ON)}", range(0, CHOSEN_ON, step)),
        ("others", range(CHOSEN_ON, len(images), step)),
    ):
        chosen = [i for i in which if i not in TRAINED_ON]
        scores = [dice(model.predict(as_bright(images[i])) == 2, labels[i]) for i in chosen]
        figures = {
            "images": len(scores),
            "dice": float(np.mean(scores)),
            "median dice": float(np.median(scores)),
            "lowest dice": float(np.min(scores)),
        }
        found.figures[name] = figures
        cells = [f"{value:.3f}" for value in list(figures.values())[1:]]
        rows.append((name, f"{len(scores)}", *cells))
    found.body.append(Table(("images", "number", "mean Dice", "median", "lowest"), rows))
    text = "Nuclei: mean Dice of a PixelClassifier trained on strokes on 5 images"
    found.goals.append(Goal("pixels dice", text, DICE, found.figures["others"]["dice"]))


def trained(images: np.ndarray, labels: np.ndarray) -> PixelClassifier:
    """Learn from strokes on the chosen images."""
    bright = [as_bright(images[i]) for i in TRAINED_ON]
    drawn = [strokes(labels[i], EACH, i) for i in TRAINED_ON]
    return PixelClassifier(**SETTINGS, n_jobs=_CORES).fit(bright, drawn)


def as_bright(image: np.ndarray) -> np.ndarray:
    """Bring an image to the brightness of all: 0 in its background, 1 in its cells."""
    root = np.sqrt(image.astype(np.float32))
    cells = threshold(root)
    low, high = root[~cells].mean(), root[cells].mean()
    return (root - low) / (high - low)


def _four(images: np.ndarray) -> np.ndarray:
    rows = [np.concatenate(list(pair), axis=1) for pair in (images[:2], images[2:])]
    return np.concatenate(rows)


def _peer(image: np.ndarray, scribbles: np.ndarray) -> np.ndarray:
    from skimage.feature import multiscale_basic_features
    from skimage.future import fit_segmenter, predict_segmenter
    from sklearn.ensemble import RandomForestClassifier

    features = multiscale_basic_features(image, sigma_min=1, sigma_max=4, workers=_CORES)
    forest = RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=_CORES)
    fit_segmenter(scribbles, features, forest)
    return predict_segmenter(features, forest)
