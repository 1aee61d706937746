"""The out-of-distribution flag: the share flagged of own, other and changed images.

    python -m benchmarks.novelty

A model of PneumoniaMNIST at 28 x 28 pixels, as `imgpipe.learn.fit` makes it; all other images are
scaled to that. The method was chosen on other pairs (docs/novelty.md).
"""

import csv
import os
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._timing import RESULTS, stamp, stamp_lines, table
from benchmarks.lookalikes import _volumes
from benchmarks.plots import write_page
from imgpipe.datasets import load
from imgpipe.learn import TrainedModel, fit

DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", "../shared/data"))
SIDE = 28
SKIN = 1500
_ULTRASOUND = ("breast ultrasound (BUSI)", "lung ultrasound (POCUS)")
_MR = ("hippocampus MR", "mednist BreastMRI")
TOGETHER = {
    "ultrasound": _ULTRASOUND,
    "MR": _MR,
    "ultrasound and MR": (*_ULTRASOUND, *_MR),
}
GOAL = 0.95
"""Share of ultrasound and of MR that is to be flagged."""


def small(pixels: np.ndarray) -> np.ndarray:
    """Scale one gray or colour picture."""
    picture = Image.fromarray(pixels).convert("L")
    how = Image.Resampling.BOX if min(pixels.shape[:2]) >= SIDE else Image.Resampling.BICUBIC
    return np.asarray(picture.resize((SIDE, SIDE), how))


def hippocampi() -> list[np.ndarray]:
    """Five slices of each MR volume, its middle 99 % of gray levels as 0 to 255."""
    slices = []
    for volume in _volumes():
        low, high = np.percentile(volume, [0.5, 99.5])
        levels = np.uint8(np.round(255 * np.clip((volume - low) / (high - low), 0, 1)))
        places = np.linspace(0.2 * levels.shape[2], 0.8 * levels.shape[2], 5).astype(int)
        slices += [levels[:, :, z] for z in places]
    return slices


def others() -> dict[str, list[np.ndarray]]:
    """All other images by name."""
    found: dict[str, list[np.ndarray]] = {
        "breast ultrasound (BUSI)": list(np.load(DATA / "busi" / "busi_128.npz")["images"]),
        "lung ultrasound (POCUS)": list(
            np.load(DATA / "pocus_clips" / "clips.npz")["frames"][:, ::8].reshape(-1, 112, 112)
        ),
    }
    found["hippocampus MR"] = hippocampi()
    kinds = np.load(DATA / "mednist" / "mednist_600_per_class.npz", allow_pickle=True)
    for code, name in enumerate(kinds["classes"]):
        found[f"mednist {name}"] = list(kinds["images"][kinds["labels"] == code])
    with open(DATA / "ham10000" / "manifest.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = np.random.default_rng(0).choice(len(rows), SKIN, replace=False)
    paths = [DATA / "ham10000" / rows[i]["path"] for i in chosen]
    found["skin (HAM10000)"] = [np.asarray(Image.open(path)) for path in paths]
    nuclei = DATA / "nuclei" / "dsb2018_nuclei_256.npz"
    found["nuclei"] = list(np.load(nuclei, allow_pickle=True)["images"])
    with open(DATA / "hannover_xray" / "manifest.csv", newline="") as file:
        paths = [DATA / "hannover_xray" / row["path"] for row in csv.DictReader(file)]
    found["chest X-rays (Hannover)"] = [np.asarray(Image.open(path).convert("L")) for path in paths]
    return found


def changed(images: np.ndarray) -> dict[str, np.ndarray]:
    """Own images, changed."""
    rng = np.random.default_rng(0)
    levels = images.astype(float)
    quarter = SIDE // 4
    inner = images[:, quarter:-quarter, quarter:-quarter]
    coarse = [Image.fromarray(each).resize((9, 9), Image.Resampling.BOX) for each in images]
    versions = {
        "inverted": 255 - levels,
        "noise of 40 levels": levels + rng.normal(0, 40, levels.shape),
        "noise of 10 levels": levels + rng.normal(0, 10, levels.shape),
        "turned by 90 degrees": np.rot90(levels, 1, (1, 2)),
        "upside down": levels[:, ::-1],
        "mirrored": levels[:, :, ::-1],
        "brighter by 60": levels + 60,
        "half as bright": levels / 2,
        "another window": (levels - 80) * 2.5,
        "blurred": [each.resize((SIDE, SIDE), Image.Resampling.BICUBIC) for each in coarse],
        "its middle enlarged": [small(each) for each in inner],
        "pixels shuffled": [rng.permutation(each.ravel()).reshape(SIDE, SIDE) for each in images],
        "black": 0 * levels,
    }
    as_stacks = {name: np.stack([*map(np.asarray, each)]) for name, each in versions.items()}
    return {name: np.round(np.clip(v, 0, 255)).astype(np.uint8) for name, v in as_stacks.items()}


def flagged(model: TrainedModel, images: np.ndarray) -> int:
    """Count the images beyond the limit."""
    assert model.novelty is not None
    return int((model.novelty.distances(model.pipeline[:1].transform(images)) > 1).sum())


def judged(name: str, count: int, n: int) -> str:
    """Say whether so many of ultrasound or MR images are enough."""
    reached = "reached" if count >= GOAL * n else "missed"
    return f"- {name}: {100 * count / n:.1f} % flagged; the goal of {100 * GOAL:.0f} % is {reached}"


def main() -> None:
    """Measure, and write the table."""
    data = load(DATA / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    model = fit(data, "dummy")
    novelty = model.novelty
    assert novelty is not None
    own = {
        part: np.asarray(data.take(data.positions(part)).images.pixels) for part in ("val", "test")
    }
    sets = {f"{part} part": images for part, images in own.items()}
    sets |= {name: np.stack([*map(small, images)]) for name, images in others().items()}
    sets |= {f"test part, {name}": images for name, images in changed(own["test"]).items()}
    counts = {"training part, held out": (novelty.marked, novelty.held_out)}
    counts |= {name: (flagged(model, images), len(images)) for name, images in sets.items()}
    added = {f"together: {name}": [counts[p] for p in parts] for name, parts in TOGETHER.items()}
    counts |= {name: (sum(k for k, _ in e), sum(n for _, n in e)) for name, e in added.items()}
    rows = [[name, f"{n:,}", f"{k / n:.3f}"] for name, (k, n) in counts.items()]
    shown = table(["images", "n", "flagged"], rows)
    facts = stamp_lines(stamp(["numpy", "numba"]))
    told = [judged(name, *counts[name]) for name in (*TOGETHER["ultrasound and MR"], *added)]
    text = "\n".join(["# Images out of distribution", "", shown, "", *told, "", *facts, ""])
    write_page(RESULTS / "novelty.md", text)
    print(text)


if __name__ == "__main__":
    main()
