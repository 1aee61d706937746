"""Kernels against SciPy and OpenCV: ``python -m benchmarks.kernels [--quick] [--only NAME]``.

Every kernel of the registry that has cases here runs over dtypes, window lengths and images. The
results are compared before anything is timed; rivals take turns in one process; the figure is the
ratio of median times. Tables are written to ``benchmarks/results`` and never edited by hand.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import scipy.ndimage as ndi

from benchmarks._timing import RESULTS, alternate, stamp, stamp_lines, table
from imgpipe import kernels
from imgpipe.kernels import KERNELS

DTYPES = ("uint8", "uint16", "int16", "float32", "float64")
SIZES = (3, 5, 9, 15, 31)
AVERAGING = ("mean", "gaussian", "convolve", "correlate")
# SciPy needs longer than this many pixels x cells: such cells are not raced
SCIPY_LIMIT = 6e9
BORDER = {"mode": "mirror"}


@dataclass
class Row:
    """One cell of the race; times in milliseconds, ratios are rival / ours (above 1: we win)."""

    kernel: str
    dtype: str
    image: str
    k: int
    ours_ms: float
    scipy_ms: float | None = None
    scipy_ratio: float | None = None
    opencv_ms: float | None = None
    opencv_ratio: float | None = None
    note: str = ""


def images(quick: bool) -> dict[str, tuple[int, ...]]:
    """Name and shape of the images."""
    shapes = {"512x512": (512, 512), "96x96x96": (96, 96, 96), "500 of 28x28": (500, 28, 28)}
    if not quick:
        shapes["2048x2048"] = (2048, 2048)
    return shapes


def pixels(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return smooth structure, edges and noise: medians and histograms like neither alone."""
    rng = np.random.default_rng(0)
    grid = np.indices(shape, dtype=np.float32)
    waves = sum(np.sin(axis / (7.0 + 3 * n)) for n, axis in enumerate(grid))
    image = waves + (waves > 0.8) * 2 + rng.normal(0, 0.3, shape)
    image = (image - image.min()) / (image.max() - image.min())
    if np.dtype(dtype).kind == "f":
        return image.astype(dtype)
    info = np.iinfo(dtype)
    return (image * (info.max - info.min) + info.min).astype(dtype)


def dense_weights(k: int, ndim: int) -> np.ndarray:
    weights = np.random.default_rng(k).normal(0, 1, (k,) * ndim)
    return weights / np.abs(weights).sum()


def arguments(name: str, k: int, ndim: int) -> dict[str, Any]:
    """Return what our kernel takes for a window of k; a new kernel takes `size` by default."""
    if name == "gaussian":
        return {"sigma": k / 6, "radius": k // 2}
    if name in ("convolve", "correlate"):
        return {"weights": dense_weights(k, ndim)}
    return {"size": k}


SCIPY: dict[str, Callable[..., Any]] = {
    "mean": ndi.uniform_filter,
    "median": ndi.median_filter,
    "gaussian": ndi.gaussian_filter,
    "erosion": ndi.grey_erosion,
    "dilation": ndi.grey_dilation,
    "opening": ndi.grey_opening,
    "closing": ndi.grey_closing,
    "gradient": ndi.morphological_gradient,
    "white_tophat": ndi.white_tophat,
    "black_tophat": ndi.black_tophat,
    "convolve": ndi.convolve,
    "correlate": ndi.correlate,
}


def opencv(name: str, image: np.ndarray, k: int) -> Callable[[], Any] | None:
    """Return OpenCV's call for this cell, or None where it has none for the dtype or window."""
    import cv2

    cv2.setNumThreads(1)
    border = cv2.BORDER_REFLECT_101
    if image.ndim != 2:
        return None
    if name == "mean":
        return lambda: cv2.blur(image, (k, k), borderType=border)
    if name == "gaussian":
        return lambda: cv2.GaussianBlur(image, (k, k), k / 6, borderType=border)
    if name == "median":
        # its border repeats the edge; beyond 5 it takes bytes only
        fits = image.dtype == np.uint8 or (k <= 5 and image.dtype != np.float64)
        return (lambda: cv2.medianBlur(image, k)) if fits else None
    if name == "correlate":
        weights = dense_weights(k, 2)
        return lambda: cv2.filter2D(image, -1, weights, borderType=border)
    operations = {
        "erosion": cv2.MORPH_ERODE,
        "dilation": cv2.MORPH_DILATE,
        "opening": cv2.MORPH_OPEN,
        "closing": cv2.MORPH_CLOSE,
        "gradient": cv2.MORPH_GRADIENT,
        "white_tophat": cv2.MORPH_TOPHAT,
        "black_tophat": cv2.MORPH_BLACKHAT,
    }
    if name not in operations:
        return None
    box = np.ones((k, k), np.uint8)
    return lambda: cv2.morphologyEx(image, operations[name], box, borderType=border)


def cells(quick: bool, only: str | None) -> Iterator[tuple[str, str, str, tuple[int, ...], int]]:
    for name in KERNELS:
        if only and name != only:
            continue
        for label, shape in images(quick).items():
            for dtype in DTYPES[::3] if quick else DTYPES:
                for k in SIZES[:4:2] if quick else SIZES:
                    if k <= 2 * min(shape[-2:]):
                        yield name, dtype, label, shape, k


def race(
    name: str, dtype: str, label: str, shape: tuple[int, ...], k: int, quick: bool, rivals: str
) -> Row:
    """Check one cell and time it."""
    image = pixels(dtype, shape)
    axes = (1, 2) if label.startswith("500") else tuple(range(image.ndim))
    options = arguments(name, k, len(axes))
    # OpenCV's median knows one border only; averages keep the dtype on both sides
    border = {"mode": "nearest"} if name == "median" else BORDER
    output = np.empty_like(image)

    def ours() -> np.ndarray:
        return KERNELS[name](image, **options, **border, axes=axes, output=output)

    row = Row(name, dtype, label, k, 0.0)
    calls, fields = [ours], ["ours"]
    result = ours().astype(np.float64)
    theirs: np.ndarray = np.empty_like(image)
    size = {"size": (k,) * len(axes)} if name not in ("mean", "median") else {"size": k}
    scipy_options = options if name in ("gaussian", "convolve", "correlate") else size
    work = image.size * (k ** len(axes) if name in ("median", "convolve", "correlate") else k)
    if "scipy" in rivals and name in SCIPY and work <= (SCIPY_LIMIT / 20 if quick else SCIPY_LIMIT):

        def scipy_call() -> Any:
            return SCIPY[name](image, **scipy_options, **border, axes=axes, output=theirs)

        check_scipy(name, image, result, scipy_options, border, axes)
        calls.append(scipy_call)
        fields.append("scipy")
    cv = opencv(name, image, k) if "opencv" in rivals else None
    if cv is not None:
        row.note = check_opencv(name, result, cv)
        calls.append(cv)
        fields.append("opencv")
    times = alternate(calls, seconds=0.15 if quick else 1.0, least=3 if quick else 5)
    for field, spent in zip(fields, times, strict=True):
        setattr(row, f"{field}_ms", round(spent * 1e3, 4))
        if field != "ours":
            setattr(row, f"{field}_ratio", round(spent / times[0], 2))
    return row


def check_scipy(
    name: str,
    image: np.ndarray,
    result: np.ndarray,
    options: dict[str, Any],
    border: dict[str, Any],
    axes: tuple[int, ...],
) -> None:
    """Stop unless our result is SciPy's: exact for ranks, to rounding for averages."""
    wide = image
    if image.dtype.kind != "f":
        wide = image.astype(np.float64 if name in AVERAGING else np.int32)
    exact = SCIPY[name](wide, **options, **border, axes=axes).astype(np.float64)
    if image.dtype.kind != "f":
        exact = np.clip(exact, np.iinfo(image.dtype).min, np.iinfo(image.dtype).max)
    off = float(np.abs(result - exact).max())
    peak = float(np.abs(wide).max())
    allowed = 0.0
    if name in AVERAGING:
        allowed = peak * (1e-5 if image.dtype == np.float32 else 1e-12)
        allowed += 0.5 + 1e-5 * peak if image.dtype.kind != "f" else 0.0
    if off > allowed:
        raise SystemExit(f"{name} {image.dtype} {options}: differs from SciPy by {off}")


def check_opencv(name: str, result: np.ndarray, call: Callable[[], Any]) -> str:
    """Say how far OpenCV is from us; its integer averages are known to be off by one or two."""
    off = np.abs(result - call().astype(np.float64))
    peak = max(float(np.abs(result).max()), 1e-30)
    if name in AVERAGING:
        share = float((off > 1e-5 * peak).mean())
        return f"OpenCV differs in {share:.1%} by up to {off.max():.3g}" if share else ""
    return f"OpenCV differs by up to {off.max():.3g}" if off.max() else ""


def write(rows: list[Row], facts: dict[str, Any]) -> str:
    """Write the JSON and the Markdown table; return the latter."""
    header = ["kernel", "dtype", "image", "k", "ours ms", "SciPy/ours", "OpenCV/ours", "note"]
    lines = []
    for row in rows:
        ratios = ["" if r is None else f"{r:.2f}" for r in (row.scipy_ratio, row.opencv_ratio)]
        cell = [row.kernel, row.dtype, row.image, str(row.k), f"{row.ours_ms:.3f}"]
        lines.append([*cell, *ratios, row.note])
    lost = [row for row in rows if row.scipy_ratio is not None and row.scipy_ratio < 1]
    text = "\n".join(
        [
            "# Kernels against SciPy and OpenCV",
            "",
            "Median times, one thread on every side; a ratio above 1 means that ours is faster.",
            "",
            *stamp_lines(facts),
            f"- cells slower than SciPy: {len(lost)} of {len(rows)}",
            "",
            table(header, lines),
            "",
        ]
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "kernels.md").write_text(text)
    cells = [asdict(row) for row in rows]
    (RESULTS / "kernels.json").write_text(json.dumps({"run": facts, "cells": cells}, indent=1))
    return text


def main() -> None:
    """Run the race and write its tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="few cells, short timings")
    parser.add_argument("--only", choices=KERNELS, help="one kernel")
    parser.add_argument("--rivals", default="scipy,opencv", help="default: %(default)s")
    parser.add_argument("--dry", action="store_true", help="print, but write no files")
    chosen = parser.parse_args()
    kernels.set_threads(1)
    rows = []
    for cell in cells(chosen.quick, chosen.only):
        rows.append(race(*cell, chosen.quick, chosen.rivals))
        if sys.stderr.isatty():
            print(
                f"\r{len(rows)} cells, {cell[0]} {cell[1]} {cell[2]} {cell[4]}   ",
                end="",
                file=sys.stderr,
            )
    facts = stamp(
        ("imgpipe", "numpy", "scipy", "numba", "opencv-python"), threads=1, quick=chosen.quick
    )
    if chosen.dry:
        for row in rows:
            print(row)
    else:
        print(write(rows, facts))


if __name__ == "__main__":
    main()
