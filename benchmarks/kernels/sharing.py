"""Two threads against one: our own times on large images."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from benchmarks._timing import alternate
from benchmarks.kernels.cases import DTYPES, GRID, Cell, kernels_of, ours, picture
from imgpipe import kernels

SIDE = 2048
THREADS = 2


def cells(quick: bool, only: str | None) -> Iterator[tuple[str, str, int]]:
    """Kernel, dtype and window."""
    names = [name for name in kernels_of(only) if name in GRID]
    yield from product(names, ("u8", "f32") if quick else tuple(DTYPES), (5, 15)[: 2 - quick])


def race(name: str, dtype: str, k: int, quick: bool) -> Cell:
    """Time one thread and two; the result has the same bits."""
    image = picture("noise", dtype, (SIDE, SIDE))
    call = ours(name, image, k, (0, 1))

    def shared() -> np.ndarray:
        with kernels.threads(THREADS):
            return call()

    if call().tobytes() != shared().tobytes():
        raise SystemExit(f"{name} {dtype} k={k}: {THREADS} threads give another result")
    spare = np.empty_like(image)
    copy = lambda: np.copyto(spare, image)  # noqa: E731
    # one call of two threads waits for whoever is late: many turns tell the usual case
    times = alternate(
        [shared, call, copy], seconds=0.15 if quick else 1.5, least=5 if quick else 11
    )
    two, one, copied = (t * 1e3 for t in times)
    cell = Cell("threads", name, dtype, f"{SIDE}x{SIDE}", "noise", k, two)
    cell.peers_ms, cell.copies = {"one thread": one}, one / copied
    return cell
