"""Images: the grid of kernels, dtypes, sizes and windows against OpenCV, one thread."""

from collections.abc import Iterator
from itertools import product
from time import perf_counter

import numpy as np

from benchmarks._timing import alternate
from benchmarks.kernels import peers
from benchmarks.kernels.cases import (
    DERIVATIVES,
    DTYPES,
    GRID,
    SIZES,
    Cell,
    arguments,
    kernels_of,
    ours,
    picture,
)
from benchmarks.kernels.checks import check, distance

SECONDS = 0.4
# where OpenCV has no answer, the others run on a crop of this side
CROP = 256
SLOW = 0.25


def cells(quick: bool, only: str | None) -> Iterator[tuple[str, str, int, str, int]]:
    """Kernel, dtype, side, image and window; fewer for kernels outside the grid."""
    for name in kernels_of(only):
        sides, dtypes, sizes = (512, 2048), tuple(DTYPES), SIZES
        kinds = ("noise", "smooth") if name == "median" else ("noise",)
        if name not in GRID:
            sides, dtypes, sizes = (512,), ("u8", "f32"), (3, 9)
        if name in DERIVATIVES and not arguments(name, 3, 2):
            dtypes, sizes = ("u8", "u16", "f32"), (3,)
        if quick:
            sides, dtypes, sizes = (512,), ("u8", "f32"), sizes[::2]
        for side, dtype, kind, k in product(sides, dtypes, kinds, sizes):
            yield name, dtype, side, kind, k


def race(name: str, dtype: str, side: int, kind: str, k: int, quick: bool) -> Cell:
    """Check one cell and time it."""
    image = picture(kind, dtype, (side, side))
    call = ours(name, image, k, (0, 1))
    cell = Cell("2d", name, dtype, f"{side}x{side}", kind, k, 0.0)
    result = call()
    start = perf_counter()
    call()
    least = 5 if perf_counter() - start < SLOW else 3
    check(name, image, result, k)
    spare = np.empty_like(image)
    rivals = {"ours": call, "copy": lambda: np.copyto(spare, image)}
    scale = 1.0
    opencv = peers.opencv_image(name, image, k)
    if opencv is not None:
        cell.note = distance(name, image, result, opencv, "OpenCV")
        rivals["OpenCV"] = opencv
    else:
        low = (side - CROP) // 2
        crop = np.ascontiguousarray(image[low : low + CROP, low : low + CROP])
        scale = image.size / crop.size
        others = {"SciPy": peers.scipy(name, crop, k), "SimpleITK": peers.simpleitk(name, crop, k)}
        rivals |= {who: other for who, other in others.items() if other is not None}
        cell.note = f"{' and '.join(list(rivals)[2:])} timed on {CROP}x{CROP}, scaled by the pixel"
        if "SimpleITK" not in rivals:
            cell.note += "; SimpleITK is absent" if peers.SimpleITK is None else ""
    seconds = 0.1 if quick else SECONDS
    times = alternate(list(rivals.values()), seconds=seconds, least=least, most=1001, slow=SLOW)
    spent = dict(zip(rivals, times, strict=True))
    cell.ours_ms = spent.pop("ours") * 1e3
    cell.copies = cell.ours_ms / (spent.pop("copy") * 1e3)
    cell.peers_ms = {who: t * 1e3 * scale for who, t in spent.items()}
    return cell
