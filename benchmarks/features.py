"""Features of 1,000 images of 28x28 against scikit-image: one process, one thread, warm.

Run with ``make bench-features``. The tables in ``benchmarks/results`` are written here and never
edited by hand. Results are compared before anything is timed.
"""

import json

import numpy as np
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from benchmarks._timing import RESULTS, alternate, stamp, stamp_lines, table
from benchmarks.plots import write_page
from imgpipe.features import FAMILIES, extract_many
from imgpipe.features.lbp import CIRCLES

BINS = 32
ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
PROPERTIES = {
    "contrast": "contrast",
    "dissimilarity": "dissimilarity",
    "inverse_difference_moment": "homogeneity",
    "angular_second_moment": "ASM",
    "correlation": "correlation",
}


def images(n: int = 1000, side: int = 28) -> np.ndarray:
    """Smooth images with noise: neither flat nor white."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] / side
    phase = rng.uniform(0, 6, (n, 2, 1, 1))
    smooth = np.sin(6 * x + phase[:, 0]) + np.cos(5 * y + phase[:, 1])
    noisy = 128 + 40 * smooth + rng.normal(0, 12, (n, side, side))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def levels(image: np.ndarray) -> np.ndarray:
    """32 gray levels from 0, between minimum and maximum."""
    low, high = int(image.min()), int(image.max())
    scaled = BINS * (image.astype(int) - low) // (high - low)
    return np.minimum(scaled, BINS - 1).astype(np.uint8)


def by_scikit_image(stack: np.ndarray) -> np.ndarray:
    """Merged symmetric GLCM with five properties, and uniform LBP at both radii."""
    rows = []
    for image in stack:
        counts = graycomatrix(levels(image), [1], ANGLES, BINS, symmetric=True)
        merged = counts.sum(axis=-1, keepdims=True).astype(float)
        merged /= merged.sum()
        row = [graycoprops(merged, name)[0, 0] for name in PROPERTIES.values()]
        for points, radius in CIRCLES:
            codes = local_binary_pattern(image, points, radius, "uniform")
            inner = codes[radius:-radius, radius:-radius].astype(np.int64).ravel()
            row.extend(np.bincount(inner, minlength=points + 2) / inner.size)
        rows.append(row)
    return np.array(rows)


def check_equal(stack: np.ndarray) -> None:
    """Stop where ours and scikit-image's numbers differ."""
    values, names = extract_many(stack, families=["glcm", "lbp"])
    chosen = [names.index(f"glcm_{name}") for name in PROPERTIES]
    chosen += [i for i, name in enumerate(names) if name.startswith("lbp_")]
    np.testing.assert_allclose(values[:, chosen], by_scikit_image(stack), rtol=1e-9, atol=1e-12)


def main() -> None:
    stack = images()
    check_equal(stack[:100])
    cases = [("intensity + GLCM + LBP", ["intensity", "glcm", "lbp"]), ("default", "default")]
    cases += [(f"{name} alone", name) for name in FAMILIES]
    rows = []
    for case, families in cases:
        rival = (lambda: by_scikit_image(stack)) if not rows else None
        rows.append(measure(case, lambda f=families: extract_many(stack, families=f), rival))
    write(rows)


def measure(case, ours, rival) -> dict:
    """Median milliseconds for the stack; the rival's in turns with ours, where there is one."""
    rivals = [ours] if rival is None else [ours, rival]
    milliseconds = [1e3 * spent for spent in alternate(rivals)] + [None]
    return {"case": case, "imgpipe_ms": milliseconds[0], "scikit_image_ms": milliseconds[1]}


def cells(row: dict) -> list[str]:
    """One line of the table."""
    mine, theirs = row["imgpipe_ms"], row["scikit_image_ms"]
    rival = ["", ""] if theirs is None else [f"{theirs:.0f}", f"{theirs / mine:.0f}"]
    return [row["case"], f"{mine:.1f}", *rival]


def write(rows: list[dict]) -> None:
    facts = stamp(("imgpipe", "numpy", "numba", "scikit-image"))
    lines = [
        "# Features of 1,000 images of 28x28",
        "",
        "Milliseconds for the whole stack, median, one process, one thread, warm. scikit-image",
        "computes GLCM (five properties) and LBP (two radii), no intensity statistics; its numbers",
        "were equal to ours.",
        "",
        table(["case", "imgpipe", "scikit-image", "ratio"], [cells(row) for row in rows]),
        "",
        *stamp_lines(facts),
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    text = "\n".join(lines)
    write_page(RESULTS / "features.md", text)
    document = json.dumps({"run": facts, "rows": rows}, indent=2)
    (RESULTS / "features.json").write_text(document + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
