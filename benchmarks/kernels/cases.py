"""What is raced: kernels, dtypes, windows and images, and the cell that holds one result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe.kernels import FILTERS

# the grid of the race; the registry's other kernels are made of these and run on fewer cells
GRID = ("mean", "median", "gaussian", "erosion", "dilation", "convolve")
DTYPES = {"u8": np.uint8, "u16": np.uint16, "i16": np.int16, "f32": np.float32}
SIZES = (3, 5, 7, 9, 15, 31)
AVERAGING = ("mean", "gaussian", "convolve", "correlate")
# of any image they make float32; the first two have one window
DERIVATIVES = ("sobel", "laplace", "gaussian_laplace")


@dataclass(eq=False)
class Cell:
    """One result; times in milliseconds, the ratio is a peer's time over ours."""

    part: str
    kernel: str
    dtype: str
    shape: str
    image: str
    k: int
    ours_ms: float
    copies: float | None = None
    peers_ms: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def name(self) -> str:
        """What the notes call it."""
        return f"{self.part} {self.kernel} {self.dtype} {self.shape} {self.image} k={self.k}"

    def ratio(self, *peers: str) -> float | None:
        """The fastest of these peers over ours; None where none has an answer."""
        times = [self.peers_ms[peer] for peer in peers if peer in self.peers_ms]
        return min(times) / self.ours_ms if times else None

    @property
    def main_ratio(self) -> float | None:
        """Against OpenCV, and against the best of the others where OpenCV has no answer."""
        return self.ratio("OpenCV") or self.ratio("SciPy", "SimpleITK")


def kernels_of(only: str | None) -> list[str]:
    """Names from the registry, those of the grid first."""
    names = sorted(FILTERS, key=lambda name: name not in GRID)
    return [name for name in names if only in (None, name)]


def picture(kind: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Noise, or smooth waves with edges: medians like neither alone."""
    if kind == "noise":
        values = np.random.default_rng(0).random(shape, np.float32)
    else:
        grid = np.indices(shape, dtype=np.float32)
        values = sum(np.sin(axis / (31 + 12 * n)) for n, axis in enumerate(grid))
        values = values + (values > 0.8) * 2
        values = (values - values.min()) / (values.max() - values.min())
    wanted = np.dtype(DTYPES[dtype])
    if wanted.kind == "f":
        return values.astype(wanted)
    info = np.iinfo(wanted)
    return (values.astype(np.float64) * (info.max - info.min) + info.min).astype(wanted)


def dense(k: int, ndim: int) -> np.ndarray:
    """Random weights of full rank."""
    weights = np.random.default_rng(k).normal(0, 1, (k,) * ndim)
    return weights / np.abs(weights).sum()


def arguments(name: str, k: int, ndim: int) -> dict[str, Any]:
    """Return what our kernel takes for a window of k; a new kernel takes `size` by default."""
    if name in ("gaussian", "gaussian_laplace"):
        return {"sigma": k / 6, "radius": k // 2}
    if name in DERIVATIVES:
        return {}
    if name in ("convolve", "correlate"):
        return {"weights": dense(k, ndim)}
    return {"size": k}


def mode_of(name: str) -> str:
    """The border: OpenCV's median knows one only."""
    return "nearest" if name == "median" else "mirror"


def room(name: str, image: np.ndarray) -> np.ndarray:
    """An array for the result."""
    return np.empty(image.shape, np.float32 if name in DERIVATIVES else image.dtype)


def ours(name: str, image: np.ndarray, k: int, axes: tuple[int, ...]) -> Callable[[], np.ndarray]:
    """Our call, with an output made before."""
    kernel, options = FILTERS[name], arguments(name, k, len(axes))
    options |= {"mode": mode_of(name), "axes": axes, "output": room(name, image)}
    return lambda: kernel(image, **options)
