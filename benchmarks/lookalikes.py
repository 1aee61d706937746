"""Look-alikes: recall by kind of change, false alarms, and time, on real images.

    python -m benchmarks.lookalikes [--sets mednist,busi] [--no-time]

Copies are planted in whole data sets and looked for among all their images. The rule of
`search.py` was learned from the first 2,200 images of a shuffled PneumoniaMNIST; the copies planted
in it here are of other images.
"""

import argparse
import csv
import gzip
import io
import json
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._timing import RESULTS, stamp, stamp_lines, table
from benchmarks.plots import write_page
from imgpipe.evaluate.data.lookalikes.search import near_copies
from imgpipe.evaluate.data.lookalikes.thumbnails import thumbnail

DATA = Path(os.environ.get("IMGPIPE_TEST_DATA", "../shared/data"))
FITTED, FIT_SEED = 2200, 1  # images of PneumoniaMNIST that the rule was learned from
MOST = 400  # copies of a kind

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def shift(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move by up to 3 pixels; what comes in is black, the border, its mirror or the other end."""
    dy, dx = rng.integers(-3, 4, 2)
    fill = rng.choice(["constant", "edge", "reflect", "wrap"])
    h, w = image.shape
    return np.pad(image, 3, mode=str(fill))[3 - dy : 3 - dy + h, 3 - dx : 3 - dx + w]  # type: ignore[call-overload]


def brightness(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tenth of the range brighter or darker, cut off at its ends."""
    return np.clip(image + rng.choice([-25.5, 25.5]), 0, 255).round().astype(np.uint8)


def contrast(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tenth more or less contrast."""
    mean = image.mean()
    return np.clip(mean + (image - mean) * rng.choice([0.9, 1.1]), 0, 255).round().astype(np.uint8)


def jpeg(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """JPEG of quality 50."""
    store = io.BytesIO()
    Image.fromarray(image).save(store, "JPEG", quality=50)
    return np.array(Image.open(store))


def rescale(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """To half, three quarters or twice the size, by one of three filters, and back."""
    h, w = image.shape
    s = rng.choice([0.5, 0.75, 2.0])
    how = (Image.Resampling.BILINEAR, Image.Resampling.BOX, Image.Resampling.LANCZOS)
    other = Image.fromarray(image).resize((round(w * s), round(h * s)), how[rng.integers(3)])
    return np.array(other.resize((w, h), Image.Resampling.BILINEAR))


def crop(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """95 % of each side, anywhere, at the old size."""
    h, w = image.shape
    y, x = rng.random(2) * (0.05 * h, 0.05 * w)
    box = (x, y, x + 0.95 * w, y + 0.95 * h)
    return np.array(Image.fromarray(image).resize((w, h), Image.Resampling.BICUBIC, box=box))


def flip(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirrored, left to right or top to bottom."""
    return image[:, ::-1] if rng.random() < 0.5 else image[::-1]


def turn(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to three quarter turns."""
    return np.rot90(image, rng.integers(1, 4))


KINDS: dict[str, Change] = {
    "shift": shift,
    "brightness": brightness,
    "contrast": contrast,
    "JPEG 50": jpeg,
    "re-scaled": rescale,
    "crop 5 %": crop,
    "flip": flip,
    "quarter turn": turn,
}


def pneumonia() -> list[np.ndarray]:
    """Chest X-rays of 28 pixels."""
    with np.load(DATA / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz") as z:
        return list(np.concatenate([z[f"{part}_images"] for part in ("train", "val", "test")]))


def mednist() -> list[np.ndarray]:
    """Six kinds of images, 64 pixels."""
    with np.load(DATA / "mednist" / "mednist_600_per_class.npz") as z:
        return list(z["images"])


def busi() -> list[np.ndarray]:
    """Breast ultrasound, 128 pixels."""
    with np.load(DATA / "busi" / "busi_128.npz") as z:
        return list(z["images"])


def cells() -> list[np.ndarray]:
    """Fluorescence of cell nuclei, 256 pixels: the nearest to blood cells that there is."""
    with np.load(DATA / "nuclei" / "dsb2018_nuclei_256.npz") as z:
        return list(z["images"])


def hannover() -> list[np.ndarray]:
    """Chest X-rays of some 262 x 320 pixels."""
    with (DATA / "hannover_xray" / "manifest.csv").open() as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    return [np.array(Image.open(DATA / "hannover_xray" / path).convert("L")) for path in paths]


def hippocampus() -> list[np.ndarray]:
    """Middle slices of MR volumes of some 35 x 50 voxels, stretched to 8 bits."""
    return [_bytes(volume[..., volume.shape[2] // 2]) for volume in _volumes()]


def skin() -> list[np.ndarray]:
    """Dermatoscopy, gray, 64 pixels."""
    with (DATA / "ham10000" / "manifest.csv").open() as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    return [np.array(Image.open(DATA / "ham10000" / path).convert("L")) for path in paths]


SETS = {
    "PneumoniaMNIST": pneumonia,
    "Hannover": hannover,
    "BUSI": busi,
    "mednist": mednist,
    "hippocampus": hippocampus,
    "nuclei": cells,
}


def _volumes() -> list[np.ndarray]:
    """Volumes of NIfTI files, in the order of the manifest."""
    with (DATA / "hippocampus" / "manifest.csv").open() as file:
        paths = [DATA / "hippocampus" / row["path"] for row in csv.DictReader(file)]
    found = []
    for path in paths:
        raw = gzip.decompress(path.read_bytes())
        shape = struct.unpack_from("<8h", raw, 40)[1:4]
        code, start = (
            struct.unpack_from("<h", raw, 70)[0],
            int(struct.unpack_from("<f", raw, 108)[0]),
        )
        dtype = {2: "u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 512: "<u2"}[code]
        values = np.frombuffer(raw, dtype, int(np.prod(shape)), start)
        found.append(values.reshape(shape, order="F"))
    return found


def _bytes(image: np.ndarray) -> np.ndarray:
    low, high = np.percentile(image, [0.5, 99.5])
    return np.uint8(255 * np.clip((image - low) / max(high - low, 1e-9), 0, 1))


def searched(images: list[np.ndarray]) -> list[tuple[int, int]]:
    """Pairs found among images."""
    found = near_copies([thumbnail(x) for x in images], [max(x.shape) for x in images], 2)
    return [(pair.a, pair.b) for pair in found]


def measure(name: str) -> dict[str, object]:
    """False alarms in a set as it is, and recall of copies planted in it."""
    images = SETS[name]()
    n = len(images)
    rng = np.random.default_rng(20)
    order = rng.permutation(n)
    if name == "PneumoniaMNIST":
        order = np.random.default_rng(FIT_SEED).permutation(n)[FITTED:]
    row: dict[str, object] = {"set": name, "images": n}
    alone = searched(images)
    row["pairs"] = len(alone)
    row["share"] = len(alone) / (n * (n - 1) / 2)
    if name == "hippocampus":
        row["sides"] = sum(a // 2 == b // 2 for a, b in alone)
    together = n > 1000  # one search, where each kind has images of its own
    each = min(MOST, len(order) // len(KINDS) if together else n)
    parts = {
        kind: order[k * each : (k + 1) * each] if together else order[:each]
        for k, kind in enumerate(KINDS)
    }
    for plan in [parts] if together else [{kind: part} for kind, part in parts.items()]:
        copies = [KINDS[kind](images[i], rng) for kind, part in plan.items() for i in part]
        found, at = set(searched([*images, *copies])), n
        for kind, part in plan.items():
            row[kind] = float(np.mean([(int(i), at + j) in found for j, i in enumerate(part)]))
            at += len(part)
    return row


def timed() -> list[dict[str, object]]:
    """Seconds of the search alone, compiled before, in two threads."""
    mixed = [*pneumonia(), *mednist(), *busi(), *skin()][:20_000]
    rows = []
    for name, images in (("PneumoniaMNIST", pneumonia()), ("all sets mixed", mixed)):
        small, sizes = [thumbnail(x) for x in images], [max(x.shape) for x in images]
        near_copies(small[:300], sizes[:300], 2)
        start = time.perf_counter()
        near_copies(small, sizes, 2)
        rows.append({"set": name, "images": len(images), "seconds": time.perf_counter() - start})
    return rows


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--no-time", action="store_true")
    parser.add_argument("--only-time", action="store_true", help="keep the recall measured before")
    given = parser.parse_args()
    rows: list[dict] = []
    if given.only_time:
        rows = json.loads((RESULTS / "lookalikes.json").read_text())["sets"]
    for name in [] if given.only_time else given.sets.split(","):
        rows.append(measure(name))
        print(json.dumps(rows[-1]), flush=True)
    times = [] if given.no_time else timed()
    print(json.dumps(times))
    facts = stamp(["numpy", "numba", "opencv-python"])
    (RESULTS / "lookalikes.json").write_text(
        json.dumps({"facts": facts, "sets": rows, "times": times}, indent=1) + "\n"
    )
    write_page(RESULTS / "lookalikes.md", page(facts, rows, times))


def page(facts: dict[str, object], rows: list[dict], times: list[dict]) -> str:
    """Write both tables."""
    recall = table(
        ["set", "images", *KINDS, "pairs found as it is", "share of all pairs"],
        [
            [
                row["set"],
                f"{row['images']:,}",
                *(f"{row[kind]:.3f}" for kind in KINDS),
                f"{row['pairs']:,}",
                f"{100 * row['share']:.4f} %",
            ]
            for row in rows
        ],
    )
    clock = table(
        ["set", "images", "seconds"],
        [[row["set"], f"{row['images']:,}", f"{row['seconds']:.1f}"] for row in times],
    )
    sides = "".join(
        f"Of the pairs found in {row['set']}, {row['sides']} are the two sides of one person.\n\n"
        for row in rows
        if "sides" in row
    )
    return "\n".join(
        [
            "# Look-alikes",
            "",
            "Recall of planted copies by kind of change (`benchmarks/lookalikes.py` says how each "
            "is made), and pairs found in the sets as they are: true look-alikes are among them, "
            "so that the share is an upper bound of false alarms.",
            "",
            recall,
            "",
            sides + "Time of the search, two threads, compiled before, images read before:",
            "",
            clock,
            "",
            *stamp_lines(facts),
            "",
        ]
    )


if __name__ == "__main__":
    main()
