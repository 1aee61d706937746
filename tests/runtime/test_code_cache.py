"""Compiled code: the cache follows every source, and a bounds-checked run checks bounds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imgpipe._runtime import jit as _jit
from imgpipe.kernels import warming as _warm

_READ_BEYOND = """
import numpy as np
from imgpipe._runtime.jit import jit

@jit
def read(x, i):
    return x[i]

read(np.zeros(3), 7)
"""

_WINDOWS = """
import itertools
import numpy as np
import scipy.ndimage as ndi
from imgpipe import kernels

rng = np.random.default_rng(0)
for shape in ((1, 1), (1, 7), (7, 1), (5, 13), (13, 33), (2, 3, 17)):
    image = rng.integers(0, 255, shape).astype(np.uint8)
    for size in (1, 2, 3, 5, 8, 11):
        for mode in ("reflect", "constant"):
            box = (size,) * image.ndim
            expected = ndi.grey_erosion(image, size=box, mode=mode)
            assert np.array_equal(kernels.erosion(image, size, mode=mode), expected)
            if size**image.ndim < 600:
                assert np.array_equal(
                    kernels.median(image, size, mode=mode), ndi.median_filter(image, box, mode=mode)
                )
            exact = ndi.uniform_filter(image.astype(float), size, mode=mode)
            assert abs(kernels.mean(image, size, mode=mode) - exact).max() < 0.5 + 1e-9
            # one group of taps or two: each radius has loops of its own
            radius = 2 if size < 11 else 11
            exact = ndi.gaussian_filter(image.astype(float), 1, radius=radius, mode=mode)
            ours = kernels.gaussian(image, 1, radius=radius, mode=mode)
            assert abs(ours - exact).max() < 0.5 + 1e-4
            weights = rng.normal(0, 1, box)
            ours = kernels.correlate(image, weights, mode=mode, output=np.float32)
            exact = ndi.correlate(image.astype(float), weights, mode=mode)
            assert abs(ours - exact).max() <= 1e-6 * 255 * abs(weights).sum()
            cells = rng.random(box) < 0.7
            cells[tuple(k // 2 for k in box)] = True
            assert np.array_equal(
                kernels.dilation(image, footprint=cells, mode=mode),
                ndi.grey_dilation(image, footprint=cells, mode=mode),
            )
wide = rng.integers(0, 255, (30, 31)).astype(np.uint8)
assert np.array_equal(kernels.median(wide, 17), ndi.median_filter(wide, 17))
print("within bounds")
"""


_COMPILE = """
from imgpipe._runtime.jit import jit

@jit
def one():
    return 1

print("ready", flush=True)
one()
"""


def run(code: str, cache: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    script = cache / "script.py"
    script.write_text(code)
    return subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache), **environment},
    )


@pytest.mark.bounds
@pytest.mark.slow
def test_windows_stay_within_bounds(tmp_path: Path) -> None:
    """On odd shapes and every kind of window, no loop reads or writes outside its arrays."""
    done = run(_WINDOWS, tmp_path, NUMBA_BOUNDSCHECK="1")
    assert done.stdout == "within bounds\n", done.stderr[-2000:]


@pytest.mark.bounds
@pytest.mark.jit
def test_a_read_outside_is_noticed(tmp_path: Path) -> None:
    """With NUMBA_BOUNDSCHECK=1 a planted read outside an array raises."""
    done = run(_READ_BEYOND, tmp_path, NUMBA_BOUNDSCHECK="1")
    assert "IndexError: index is out of bounds" in done.stderr


def test_fingerprint_follows_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit in any file of the rooms with loops, or a setting of Numba, moves the cache."""
    for room in ("kernels", "features"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "helper.py").write_text("a = 1\n")
    monkeypatch.setattr(_jit, "_PACKAGE", tmp_path)
    # `make test-bounds` has set it already
    monkeypatch.delenv("NUMBA_BOUNDSCHECK", raising=False)
    seen = [_jit._fingerprint()]
    assert _jit._fingerprint() == seen[0]
    for room in ("kernels", "features"):
        (tmp_path / room / "helper.py").write_text("a = 2\n")
        seen.append(_jit._fingerprint())
    (tmp_path / "kernels" / "another.py").touch()
    seen.append(_jit._fingerprint())
    (tmp_path / "kernels" / "room").mkdir()
    for text in ("a = 1\n", "a = 2\n"):
        (tmp_path / "kernels" / "room" / "helper.py").write_text(text)
        seen.append(_jit._fingerprint())
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    seen.append(_jit._fingerprint())
    monkeypatch.setenv("NUMBA_OPT", "2")
    seen.append(_jit._fingerprint())
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("name", "value"), [("NUMBA_CACHE_DIR", "/elsewhere"), ("NUMBA_NUM_THREADS", "1")]
)
def test_some_settings_do_not_change_the_code(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moved cache, or a worker with one thread, finds what was compiled before."""
    monkeypatch.delenv(name, raising=False)
    before = _jit._fingerprint()
    monkeypatch.setenv(name, value)
    assert _jit._fingerprint() == before


@pytest.mark.jit
def test_one_process_at_a_time_adds_to_the_cache(tmp_path: Path) -> None:
    """Compiled code waits for its turn: side by side, two processes would mix up their files."""
    fcntl = pytest.importorskip("fcntl")
    run("import imgpipe._runtime.jit as j; j.cache_folder()", tmp_path)
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    script = tmp_path / "script.py"
    script.write_text(_COMPILE)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, str(script)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(3)
            assert not list(folder.glob("*/*.nbc"))
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert child.wait(60) == 0
    assert list(folder.glob("*/*.nbc"))


def test_unwritable_cache_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no cache can be written, a warning names the folder and compilation goes on."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        assert _jit.cache_folder.__wrapped__() is None


@pytest.mark.jit
def test_warm_names_what_it_compiled() -> None:
    """The warm-up covers the common dtypes and gives a time for each kernel."""
    timings = _warm.warm()
    for dtype in _warm.WARM_DTYPES:
        assert any(name.endswith(dtype) for name, _ in timings)
    assert len({name for name, _ in timings}) == len(timings)
    assert all(seconds >= 0 for _, seconds in timings)
