"""Volumes against SciPy and SimpleITK, and stacks of small images against a loop over OpenCV."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from benchmarks._timing import alternate
from benchmarks.kernels import peers
from benchmarks.kernels.cases import GRID, Cell, kernels_of, ours, picture
from benchmarks.kernels.checks import allowed, check, check_interior

SIDE, CROP = 128, 64
COUNT = 1000
SLOW = 0.25
# peers that look at each pixel of the window need a minute for the whole volume
_SLOW_PEERS = ("median", "convolve")


def volume_cells(quick: bool, only: str | None) -> Iterator[tuple[str, str, int]]:
    """Kernel, dtype and window of the volumes."""
    names = [name for name in kernels_of(only) if name in GRID]
    yield from product(names, ("u8",) if quick else ("u8", "i16", "f32"), (3, 5, 7)[: 3 - quick])


def race_volume(name: str, dtype: str, k: int, quick: bool) -> Cell:
    """Check one volume and time it."""
    volume = picture("noise", dtype, (SIDE,) * 3)
    call = ours(name, volume, k, (0, 1, 2))
    check(name, volume, call(), k)
    low = (SIDE - CROP) // 2
    crop = np.ascontiguousarray(volume[(slice(low, low + CROP),) * 3])
    cut = name in _SLOW_PEERS
    source, scale = (crop, volume.size / crop.size) if cut else (volume, 1.0)
    cell = Cell("3d", name, dtype, f"{SIDE}x{SIDE}x{SIDE}", "noise", k, 0.0)
    notes = [f"peers timed on {CROP}x{CROP}x{CROP}, scaled by the pixel"] if cut else []
    spare = np.empty_like(volume)
    rivals = {"ours": call, "copy": lambda: np.copyto(spare, volume)}
    rivals["SciPy"] = peers.scipy(name, source, k)
    inside = peers.simpleitk(name, crop, k)
    if inside is None:
        notes.append("SimpleITK is absent")
    else:
        rivals["SimpleITK"] = peers.simpleitk(name, source, k)
        small = ours(name, crop, k, (0, 1, 2))()
        notes.append(check_interior(name, crop, small, inside, k))
    seconds = 0.1 if quick else 0.5
    times = alternate(list(rivals.values()), seconds=seconds, least=5, slow=SLOW)
    spent = dict(zip(rivals, times, strict=True))
    cell.ours_ms = spent.pop("ours") * 1e3
    cell.copies = cell.ours_ms / (spent.pop("copy") * 1e3)
    cell.peers_ms = {who: t * 1e3 * scale for who, t in spent.items()}
    cell.note = "; ".join(filter(None, notes))
    return cell


def stack_cells(quick: bool, only: str | None) -> Iterator[tuple[str, str, int]]:
    """Kernel, dtype and window of the stacks."""
    names = [name for name in kernels_of(only) if name in GRID]
    yield from product(names, ("u8",) if quick else ("u8", "f32"), (3, 5))


def race_stack(name: str, dtype: str, k: int, quick: bool) -> Cell:
    """Check some images of one stack, and time it."""
    stack = picture("noise", dtype, (COUNT, 28, 28))
    call = ours(name, stack, k, (1, 2))
    result = call()
    cell = Cell("stacks", name, dtype, f"{COUNT} of 28x28", "noise", k, 0.0)
    for number in (0, COUNT // 2, COUNT - 1):
        check(name, stack[number], result[number], k)
    spare = np.empty_like(stack)
    rivals = {"ours": call, "copy": lambda: np.copyto(spare, stack)}
    loop = peers.opencv_stack(name, stack, k)
    if loop is not None:
        off = np.abs(loop().astype(np.float64) - result).max()
        least = allowed(name, stack) + (stack.dtype.kind != "f")
        cell.note = f"OpenCV differs by up to {off:.3g}" if off > least else ""
        rivals["OpenCV"] = loop
    times = alternate(list(rivals.values()), seconds=0.1 if quick else 0.6, least=7)
    spent = dict(zip(rivals, times, strict=True))
    cell.ours_ms = spent.pop("ours") * 1e3
    cell.copies = cell.ours_ms / (spent.pop("copy") * 1e3)
    cell.peers_ms = {who: t * 1e3 for who, t in spent.items()}
    return cell
