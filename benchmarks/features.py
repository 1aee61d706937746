"""Features of 1,000 images of 28x28 against scikit-image: one process, one thread, warm.

Run with ``make bench-features``. The tables in ``benchmarks/results`` are written here and never
edited by hand. Results are compared before anything is timed.
"""

import json
import platform
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from skimage.feature import graycomatrix, graycoprops, local_binary_pattern

from imgpipe.evaluate._facts import cpu_model
from imgpipe.features import FAMILIES, extract_many
from imgpipe.features.lbp import CIRCLES

RESULTS = Path(__file__).parent / "results"
BINS = 32
ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
PROPERTIES = {
    "contrast": "contrast",
    "dissimilarity": "dissimilarity",
    "inverse_difference_moment": "homogeneity",
    "angular_second_moment": "ASM",
    "correlation": "correlation",
}


def images(n: int = 1000) -> np.ndarray:
    """Smooth images with noise: neither flat nor white."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:28, :28] / 28
    phase = rng.uniform(0, 6, (n, 2, 1, 1))
    smooth = np.sin(6 * x + phase[:, 0]) + np.cos(5 * y + phase[:, 1])
    noisy = 128 + 40 * smooth + rng.normal(0, 12, (n, 28, 28))
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
    ours()
    if rival is None:
        mine, theirs = alternate(ours, ours, 9)[0], None
    else:
        mine, theirs = alternate(ours, rival, 5)
    row = {"case": case, "imgpipe_ms": 1e3 * float(np.median(mine))}
    row["scikit_image_ms"] = None if theirs is None else 1e3 * float(np.median(theirs))
    return row


def alternate(f: Callable, g: Callable, repeats: int) -> tuple[list[float], list[float]]:
    """Seconds of `f` and of `g`, called in turns so that a drifting machine hits both."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for call, spent in zip((f, g), seconds, strict=True):
            start = time.perf_counter()
            call()
            spent.append(time.perf_counter() - start)
    return seconds


def stamp() -> dict[str, str]:
    """Machine, versions, commit and date."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    packages = ("imgpipe", "numpy", "numba", "scikit-image")
    return {
        "cpu": cpu_model(),
        "python": platform.python_version(),
        "versions": ", ".join(f"{name} {version(name)}" for name in packages),
        "commit": commit or "unknown",
        "date": time.strftime("%Y-%m-%d"),
    }


def table(rows: list[dict], facts: dict) -> str:
    """The results as Markdown."""
    lines = [
        "# Features of 1,000 images of 28x28",
        "",
        "Milliseconds for the whole stack, median, one process, one thread, warm. scikit-image",
        "computes GLCM (five properties) and LBP (two radii), no intensity statistics; its numbers",
        "were equal to ours.",
        "",
        "| case | imgpipe | scikit-image | ratio |",
        "|---|---|---|---|",
    ]
    for row in rows:
        theirs = row["scikit_image_ms"]
        rival = " | " if theirs is None else f"{theirs:.0f} | {theirs / row['imgpipe_ms']:.0f}"
        lines.append(f"| {row['case']} | {row['imgpipe_ms']:.1f} | {rival} |")
    lines += ["", *(f"- {name}: {value}" for name, value in facts.items()), ""]
    return "\n".join(lines)


def write(rows: list[dict]) -> None:
    facts = stamp()
    RESULTS.mkdir(exist_ok=True)
    text = table(rows, facts)
    (RESULTS / "features.md").write_text(text, encoding="utf-8")
    document = json.dumps({"facts": facts, "rows": rows}, indent=2)
    (RESULTS / "features.json").write_text(document + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
