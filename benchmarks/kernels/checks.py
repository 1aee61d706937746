"""Before anything is timed: our result is SciPy's, exactly for ranks, to rounding for averages."""

from collections.abc import Iterator

import numpy as np

from benchmarks.kernels.cases import AVERAGING, DERIVATIVES
from benchmarks.kernels.peers import SCIPY, Call, as_array, scipy_arguments

# SciPy looks at each pixel of these windows; the others are separable
_SLOW = ("median", "convolve", "correlate")
_CELLS = 4e6

Region = tuple[slice, ...]


def check(name: str, image: np.ndarray, result: np.ndarray, k: int) -> None:
    """Stop the run unless our result is SciPy's; of slow kernels, look at some regions."""
    for region in _regions(image.shape, k) if name in _SLOW else [(slice(None),) * image.ndim]:
        patch, inner = _around(region, image.shape, k)
        exact = _judge(name, image[patch], k)[inner]
        off = float(np.abs(result[region] - exact).max())
        if not off <= allowed(name, image):
            raise SystemExit(f"{name} {image.dtype} {image.shape} k={k}: off by {off} in {region}")


def allowed(name: str, image: np.ndarray) -> float:
    """How far an average may be from the exact one: the nearest integer, or float32's rounding."""
    if name not in (*AVERAGING, *DERIVATIVES):
        return 0.0
    peak = float(np.abs(image.astype(np.float64)).max())
    if name in DERIVATIVES:
        return 8e-6 * peak
    return 2e-6 * peak if image.dtype.kind == "f" else 0.5 + 1e-6 * peak


def _judge(name: str, image: np.ndarray, k: int) -> np.ndarray:
    """SciPy in a type in which it neither rounds nor wraps."""
    wide = image
    sums = name in (*AVERAGING, *DERIVATIVES)
    if image.dtype.kind != "f" or sums:
        wide = image.astype(np.float64 if sums else np.int32)
    exact = SCIPY[name](wide, **scipy_arguments(name, k, image.ndim))
    if image.dtype.kind == "f" or name in DERIVATIVES:
        return exact
    info = np.iinfo(image.dtype)
    return np.clip(exact, info.min, info.max)


def _regions(shape: tuple[int, ...], k: int) -> Iterator[Region]:
    """Two opposite corners, and on images a line of pixels along each axis, for the seams."""
    side = int((_CELLS / k ** len(shape)) ** (1 / len(shape)))
    sides = [min(max(side, 8), n) for n in shape]
    yield tuple(slice(0, s) for s in sides)
    yield tuple(slice(n - s, n) for n, s in zip(shape, sides, strict=True))
    if len(shape) == 2:
        for axis in (0, 1):
            yield tuple(
                slice(0, n) if a == axis else slice(n // 2, n // 2 + 1) for a, n in enumerate(shape)
            )


def _around(region: Region, shape: tuple[int, ...], k: int) -> tuple[Region, Region]:
    """The region with the pixels that its windows reach, and where it lies in them."""
    patch, inner = [], []
    for part, n in zip(region, shape, strict=True):
        start, stop, _ = part.indices(n)
        low, high = max(0, start - k // 2), min(n, stop + k // 2)
        patch.append(slice(low, high))
        inner.append(slice(start - low, stop - low))
    return tuple(patch), tuple(inner)


def distance(name: str, image: np.ndarray, result: np.ndarray, peer: Call, who: str) -> str:
    """Say how far a peer is from us beyond rounding; empty where it is not."""
    theirs = as_array(peer())
    off = float(np.abs(result.astype(np.float64) - theirs).max())
    least = 0.0 if image.dtype.kind != "f" else allowed(name, image)
    return f"{who} differs by up to {off:.3g}" if off > least else ""


def check_interior(name: str, image: np.ndarray, result: np.ndarray, peer: Call, k: int) -> str:
    """Compare with SimpleITK where no border is met; its discrete Gaussian is another filter."""
    inside = tuple(slice(k // 2, n - k // 2) for n in image.shape)
    theirs = as_array(peer())[inside].astype(np.float64)
    off = float(np.abs(result[inside] - theirs).max())
    if name == "gaussian":
        return f"SimpleITK's discrete Gaussian is another filter, by up to {off:.3g}"
    limit = 0.0
    if name in AVERAGING:
        limit = 2e-5 if image.dtype.kind == "f" else 1 + 1e-5
        limit *= 1 if image.dtype.kind != "f" else float(np.abs(image).max())
    if name == "convolve" and image.dtype.kind != "f":
        # it keeps the floats that we saturate
        info = np.iinfo(image.dtype)
        off = float(np.abs(result[inside] - theirs.clip(info.min, info.max)).max())
        limit = 0.5 + 1e-5 * max(abs(info.min), info.max)
    if off > limit:
        raise SystemExit(f"{name} {image.dtype} k={k}: SimpleITK differs inside by {off}")
    return ""
