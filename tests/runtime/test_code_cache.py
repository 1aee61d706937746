"""Compiled code: the cache follows every source, and a bounds-checked run checks bounds."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from imgpipe._runtime import code_cache
from imgpipe.kernels import warming as _warm

PACKAGE = Path(code_cache.__file__).parents[1]

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
@pytest.mark.full
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


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of three modules, of which one imports another through a third, in a folder."""
    monkeypatch.setattr(code_cache, "_PACKAGE", tmp_path)
    # `make test-bounds` has set it already
    monkeypatch.delenv("NUMBA_BOUNDSCHECK", raising=False)
    (tmp_path / "kernels" / "box").mkdir(parents=True)
    for name, text in {
        "kernels/mean.py": "from imgpipe.kernels.box.plan import (\n    a,\n    b,\n)\n",
        "kernels/box/plan.py": "def f():\n    from imgpipe.kernels.box import sums\n",
        "kernels/box/sums.py": "a = 1\n",
        "kernels/median.py": "import numpy\n",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def fingerprints(package: Path) -> dict[str, str]:
    """Fingerprint of every module, as a new process would find it."""
    code_cache._content.cache_clear()
    return {path.stem: code_cache.fingerprint(path) for path in package.rglob("*.py")}


def test_an_edit_moves_the_code_that_depends_on_it(package: Path) -> None:
    """A source in a sub-folder, reached through others, moves those, and no other module."""
    before = fingerprints(package)
    assert fingerprints(package) == before
    (package / "kernels" / "box" / "sums.py").write_text("a = 2\n")
    after = fingerprints(package)
    assert {name for name in before if before[name] != after[name]} == {"mean", "plan", "sums"}


def test_settings_of_numba_move_all_code(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with other settings, such as bounds checks, reads no code of a run without."""
    seen = [fingerprints(package)]
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    seen.append(fingerprints(package))
    monkeypatch.setenv("NUMBA_OPT", "2")
    seen.append(fingerprints(package))
    for name in seen[0]:
        assert len({found[name] for found in seen}) == 3


def test_another_package_depends_on_all_its_files(tmp_path: Path) -> None:
    """A kernel of somebody else's package is compiled anew after an edit in any file of it."""
    (tmp_path / "theirs" / "inner").mkdir(parents=True)
    for name in ("__init__.py", "helper.py", "inner/__init__.py", "inner/loop.py"):
        (tmp_path / "theirs" / name).write_text("from imgpipe._runtime.jit import jit\n")
    loop = tmp_path / "theirs" / "inner" / "loop.py"
    assert set((tmp_path / "theirs").rglob("*.py")) <= set(code_cache.sources_of(loop))
    before = code_cache.fingerprint(loop)
    (tmp_path / "theirs" / "helper.py").write_text("a = 2\n")
    assert code_cache.fingerprint(loop) != before


def test_every_compiled_module_is_followed_to_its_ends() -> None:
    """What a loop imports is among its sources: the modules Python itself loads for it."""
    from imgpipe.kernels.box import strips

    names = {path.stem for path in code_cache.sources_of(Path(strips.__file__))}
    for module in vars(strips).values():
        home = getattr(module, "__module__", None) or ""
        if home.startswith("imgpipe."):
            assert home.split(".")[-1] in names


def test_code_of_features_and_kernels_depends_on_nothing_above_them() -> None:
    """An edit of a report compiles no loop of features or kernels anew, and no start reads it."""
    below = {"_common", "_runtime", "images", "kernels", "features"}
    seen = 0
    for room in ("features", "kernels"):
        for path in (PACKAGE / room).rglob("*.py"):
            if "\n@jit" in path.read_text():
                seen += 1
                sources = [found.relative_to(PACKAGE) for found in code_cache.sources_of(path)]
                assert {source.parts[0] for source in sources} <= below, path
    assert seen > 20


@pytest.mark.parametrize(
    ("name", "value"), [("NUMBA_CACHE_DIR", "/elsewhere"), ("NUMBA_NUM_THREADS", "1")]
)
def test_some_settings_do_not_change_the_code(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moved cache, or a worker with one thread, finds what was compiled before."""
    monkeypatch.delenv(name, raising=False)
    source = Path(__file__)
    before = code_cache.fingerprint(source)
    monkeypatch.setenv(name, value)
    assert code_cache.fingerprint(source) == before


@pytest.mark.jit
def test_one_process_at_a_time_adds_to_the_cache(tmp_path: Path) -> None:
    """Compiled code waits for its turn: side by side, two processes would mix up their files."""
    fcntl = pytest.importorskip("fcntl")
    script = tmp_path / "compile.py"
    script.write_text(_COMPILE)
    ask = f"from imgpipe._runtime.code_cache import folder_of\nprint(folder_of({str(script)!r}))"
    folder = Path(run(ask, tmp_path).stdout.strip())
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


_NAMED_LAYOUTS = """
import numpy as np
from imgpipe import kernels
from imgpipe.kernels.box import small_images, strips, volumes

shapes, loops = {shapes}, ({loops},)
for shape in shapes:
    kernels.mean(np.zeros(shape, np.uint8))
print([sum(loop.stats.cache_misses.values()) for loop in loops])
print([sum(loop.stats.cache_hits.values()) for loop in loops])
"""


@pytest.mark.jit
@pytest.mark.parametrize(
    ("shapes", "loops"),
    [
        ([(30, 20)], "small_images.flat_lines"),
        pytest.param(
            [(30, 300), (9, 30, 300)],
            "strips.strip_lines, volumes.volume_planes",
            marks=pytest.mark.full,
        ),
    ],
)
def test_loops_with_named_layouts_are_found_again(
    shapes: list[tuple[int, ...]], loops: str, tmp_path: Path
) -> None:
    """What one process compiles with a NamedTuple inside, the next one reads from the cache."""
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    code = _NAMED_LAYOUTS.format(shapes=shapes, loops=loops)
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    compiled, found = runs[1].splitlines()
    assert set(json.loads(compiled)) == {0}
    assert all(count > 0 for count in json.loads(found))
    assert runs[0].splitlines()[0] != compiled


def test_unwritable_cache_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no cache can be written, a warning names the folder and compilation goes on."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    with pytest.warns(RuntimeWarning, match="NUMBA_CACHE_DIR"):
        assert code_cache._root.__wrapped__() is None


@pytest.mark.jit
def test_warm_names_what_it_compiled() -> None:
    """The warm-up covers the common dtypes and gives a time for each kernel."""
    timings = _warm.warm()
    for dtype in _warm.WARM_DTYPES:
        assert any(name.endswith(dtype) for name, _ in timings)
    assert len({name for name, _ in timings}) == len(timings)
    assert all(seconds >= 0 for _, seconds in timings)


def test_warm_calls_may_go_to_other_processes() -> None:
    """What the warm-up calls survives pickling, and has the names that its times have."""
    calls = _warm.calls()
    sent = pickle.loads(pickle.dumps(calls))
    assert [name for name, _ in sent] == [name for name, _ in calls]
    assert all(callable(call) for _, call in sent)
    kernels = {name.split()[0] for name, _ in calls}
    assert kernels == {"mean", "median", "gaussian", "correlate", "erosion", "dilation"}
    assert len(calls) == len(kernels) * len(_warm.WARM_DTYPES)
