"""Medians by networks: what they compute, how loops lay them out, and strips of every shape."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from kernel_calls import in_whole_runs

from imgpipe.kernels import median
from imgpipe.kernels.ranks import boxes as _median_boxes
from imgpipe.kernels.ranks.generated import WAYS, _run_in_python, box_layout
from imgpipe.kernels.ranks.network import MINIMUM, Network, box_network

MODES = ("reflect", "nearest", "mirror", "wrap", "constant")


def run(network: Network, lines: np.ndarray) -> list[np.ndarray]:
    """Compute every value of a network for whole lines of pixels."""
    values: dict[int, np.ndarray] = dict(enumerate(lines))
    for node in network.order:
        a, b = (np.roll(values[n], -shift) for n, shift in network.operands(node))
        values[node] = (np.minimum if network.kind(node) == MINIMUM else np.maximum)(a, b)
    return [np.roll(values[node], -shift) for node, shift in network.outputs]


def pixels(shape: tuple[int, ...], dtype: Any, seed: int = 0) -> np.ndarray:
    low = 0 if np.dtype(dtype).kind == "u" else -100
    return (np.random.default_rng(seed).random(shape) * 200 + low).astype(dtype)


@pytest.mark.parametrize("ways", [1, 2, 4])
@pytest.mark.parametrize("size", [2, 3, 4, 5, 7, 9, 11, 15])
def test_networks_select_the_median(size: int, ways: int) -> None:
    """Each output of a box network is the median of its box, ties and repeated pixels included."""
    lines = np.random.default_rng(size).integers(0, 9, (size + ways - 1, 64))
    for row, result in enumerate(run(box_network(size, ways), lines)):
        box = np.stack([np.roll(lines[row : row + size], -x, axis=1) for x in range(size)])
        expected = np.sort(box.reshape(-1, 64), axis=0)[size * size // 2]
        assert np.array_equal(result, expected)


@pytest.mark.parametrize("size", [5, 9, 15])
@pytest.mark.parametrize("itemsize", [1, 8])
def test_no_loop_writes_a_line_that_it_reads(size: int, itemsize: int) -> None:
    """Lines that a loop reads and those that it writes are apart, and all within the scratch."""
    layout = box_layout(size, itemsize)
    network = layout.network
    assert sum(map(len, layout.loops)) == len(network.order)
    for number, nodes in enumerate(layout.loops):
        length = layout.length(number)
        assert length % layout.lanes == 0
        operands = [value for node in nodes for value in network.operands(node)]
        places = [layout.offset[n] + shift for n, shift in operands
                  if n >= network.sources and n not in nodes]  # fmt: skip
        written = [layout.offset[node] for node in nodes if node in layout.offset]
        assert all(abs(r - w) >= length for r in places for w in written)
        assert all(abs(v - w) >= length for v in written for w in written if v != w)
        assert max([*places, *written]) + length <= layout.slots * layout.spacing
        # a loop does not read its own values at a shift: they are in registers
        assert all(shift == 0 for node, shift in operands if node in nodes)
        # as far beyond a line as strips have room
        reach = max([shift for node, shift in operands if node < network.sources], default=0)
        assert reach + length <= layout.line + layout.margin
    assert all(shift == 0 for _, shift in network.outputs)


@pytest.mark.parametrize("dtype", in_whole_runs(["u1", "u2", "i2", "f4", "f8"], ["i2", "f8"]))
@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 9), (9, 1), (2, 2), (7, 64), (28, 28), (13, 131), (2, 3, 40)]
)
def test_square_boxes_equal_scipy(shape: tuple[int, ...], dtype: str) -> None:
    """Boxes of 3 and 5 give SciPy's medians with every border and origin, on awkward shapes."""
    image = pixels(shape, dtype)
    axes = (-2, -1)
    for size in (3, 5):
        for mode in MODES:
            for origin in (-1, 0, 1, (1, 0), (0, -1)):
                options: dict[str, Any] = {"mode": mode, "cval": 7, "origin": origin}
                expected = ndi.median_filter(image, size, axes=axes, **options)
                assert np.array_equal(median(image, size, axes=axes, **options), expected)


@pytest.mark.full
@pytest.mark.jit
@pytest.mark.parametrize(
    ("size", "dtype"),
    [
        # each has a loop of its own, of float64 the slowest to compile
        pytest.param(size, dtype, marks=pytest.mark.full if dtype == "f8" and size > 5 else ())
        for size in (3, 5, 7, 9)
        for dtype in ("u1", "u2", "i2", "f4", "f8")
    ],
)
def test_large_images_equal_scipy(size: int, dtype: str) -> None:
    """Many strips, whose last is not full, give SciPy's medians."""
    for shape in ((331, 257), (1030, 70)):
        image = pixels(shape, dtype)
        expected = ndi.median_filter(image, size, mode="mirror")
        assert np.array_equal(median(image, size, mode="mirror"), expected)


@pytest.mark.jit
@pytest.mark.slow
@pytest.mark.parametrize(("size", "dtype"), [(11, "u2"), (13, "f4"), (15, "u1")])
def test_long_boxes_equal_scipy(size: int, dtype: str) -> None:
    """The longest boxes with loops of their own give SciPy's medians, on small images too."""
    for shape in ((400, 401), (20, 21)):
        image = pixels(shape, dtype)
        assert np.array_equal(median(image, size), ndi.median_filter(image, size))


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("at", [(0, 0), (0, 20), (11, 0), (39, 50), (20, 25)])
def test_nan_spreads_over_its_windows_only(size: int, at: tuple[int, int]) -> None:
    """A NaN anywhere, corners included, makes the windows that hold it NaN, and no other."""
    image = pixels((40, 51), np.float32)
    expected = median(image, size)
    image[at] = np.nan
    hole = ndi.maximum_filter(np.isnan(image).astype(np.uint8), size).astype(bool)
    result = median(image, size)
    assert np.array_equal(np.isnan(result), hole)
    assert np.array_equal(result[~hole], expected[~hole])


def test_nan_outside() -> None:
    """A NaN outside the image reaches the border only."""
    result = median(pixels((9, 9), np.float32), 3, mode="constant", cval=np.nan)
    assert np.isnan(result[0]).all()
    assert not np.isnan(result[1:-1, 1:-1]).any()


@pytest.mark.parametrize(("size", "dtype"), [(3, "u1"), (5, "f4"), (7, "i2")])
def test_volumes_equal_scipy(size: int, dtype: str) -> None:
    """Boxes in three dimensions, that the steps of a network serve, give SciPy's medians."""
    image = pixels((9, 11, 33), dtype)
    assert np.array_equal(median(image, size), ndi.median_filter(image, size))


@pytest.mark.parametrize("height", [1, 2, 5, 27, 28, 512, 2047])
@pytest.mark.parametrize("k", [5, 9, 15])
def test_strips_hold_whole_groups_of_rows(height: int, k: int) -> None:
    """The height of a strip is a multiple of the rows that a network takes at once."""
    for pitch in (1, 32, 516, 100_000):
        assert _median_boxes._tall(height, pitch, k, 4, 128) % WAYS[k] == 0


_CACHED = """
import numpy as np
from imgpipe.kernels import dilation, median
from imgpipe.kernels.extrema.boxes import box_lines
from imgpipe.kernels.ranks.boxes import _network_strips

image = np.arange(2000, dtype=np.uint8).reshape(40, 50)
median(image, 5), median(image, 7), dilation(np.tile(image, (2, 2)), 3)
loops = _network_strips, box_lines
print(*[len(loop.stats.cache_hits) for loop in loops],
      *[len(loop.stats.cache_misses) for loop in loops])
"""


@pytest.mark.full
@pytest.mark.jit
def test_another_process_finds_the_loops_of_each_size(tmp_path: Path) -> None:
    """Networks, one loop for each size, and strips of boxes are compiled by the first process."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    told = [
        subprocess.run([sys.executable, "-c", _CACHED], capture_output=True, text=True,
                       check=True, env=environment).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    assert told == [["0", "0", "2", "1"], ["2", "1", "0", "0"]]


def test_a_network_without_compilation() -> None:
    """What takes the place of a network's instructions writes the same medians."""
    size, itemsize = 5, 1
    layout = box_layout(size, itemsize)
    pitch, length = layout.line + layout.margin, layout.line
    rows = size + layout.ways - 1
    lines = np.random.default_rng(3).integers(0, 255, (rows, pitch), np.uint8)
    parts = [lines[way :: layout.ways].ravel() for way in range(layout.ways)]
    stride = max(map(len, parts))
    strip = np.concatenate([np.pad(part, (0, stride - len(part))) for part in parts])
    result = np.zeros(layout.ways * length, np.uint8)
    _run_in_python(strip, 0, pitch, stride, result[:0], result, length, (0,) * size)
    for way, medians in enumerate(result.reshape(layout.ways, length)):
        boxes = np.lib.stride_tricks.sliding_window_view(lines[way : way + size], (size, size))
        expected = np.median(boxes[0], axis=(1, 2))[: layout.line]
        assert np.array_equal(medians, expected)
