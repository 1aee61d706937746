"""Medians by networks: what they compute, how they are written out, and strips of every shape."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi

from imgpipe._runtime import code_cache
from imgpipe.kernels import median
from imgpipe.kernels.ranks import boxes as _median_boxes
from imgpipe.kernels.ranks.generated import box_source
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


@pytest.mark.parametrize(("size", "ways"), [(5, 2), (9, 2), (15, 4)])
@pytest.mark.parametrize("itemsize", [1, 8])
def test_no_loop_writes_a_line_that_it_reads(size: int, ways: int, itemsize: int) -> None:
    """Lines that a written-out loop reads and those that it writes are apart, so it vectorises."""
    source = box_source(size, itemsize, ways)
    parts = source.split("\ndef part_")[1:]
    assert parts
    for part in parts:
        length = int(re.search(r"for j in range\((\d+)\)", part)[1])  # type: ignore[index]
        body = re.split("^@", part, flags=re.M)[0]
        read = {int(n) for n in re.findall(r"= s\[j \+ (\d+)\]", body)}
        written = {int(n) for n in re.findall(r"^ +s\[j \+ (\d+)\] =", body, re.M)}
        assert all(abs(r - w) >= length - 64 for r in read for w in written)
        assert all(abs(v - w) >= length for v in written for w in written if v != w)


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4", "f8"])
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


@pytest.mark.jit
@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "f4", "f8"])
@pytest.mark.parametrize("size", [3, 5, 7, 9])
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
    """Boxes that are only worth their compilation on large images give SciPy's medians."""
    image = pixels((400, 401), dtype)
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
        assert _median_boxes._tall(height, pitch, k, 4, 128) % _median_boxes._WAYS[k] == 0


def test_written_modules_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A written module is a file of the cache folder, made once and left alone afterwards."""
    monkeypatch.setattr(code_cache, "folder_of", lambda source: tmp_path)
    assert code_cache.written_module("numbers", __file__, lambda: "one = 1\n").one == 1
    assert code_cache.written_module("numbers", __file__, lambda: "one = 2\n").one == 1
    assert [path.name for path in tmp_path.glob("*numbers*")] == ["numbers.py"]


@pytest.mark.parametrize("folder", [None, Path("/nowhere")])
def test_written_modules_need_no_folder(
    folder: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be written, the module lives in memory."""
    monkeypatch.setattr(code_cache, "folder_of", lambda source: folder)
    source = "from imgpipe._runtime.jit import jit\n\n@jit\ndef one():\n    return 1\n"
    assert code_cache.written_module("numbers", __file__, lambda: source).one() == 1
