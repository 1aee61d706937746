"""Numba started without SciPy: nothing goes without it that asks for it later."""

import os
import subprocess
import sys
from pathlib import Path

START = """
import sys
from imgpipe._runtime.light_start import start_numba_without_scipy
start_numba_without_scipy()
started = "scipy" not in sys.modules
"""


def printed(code: str, *folders: Path) -> str:
    """What a fresh process prints; every warning in it is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*folders, *sys.path]))},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_linear_algebra_in_compiled_code_works_afterwards() -> None:
    """`np.linalg`, `np.dot`, `np.correlate` and `np.convolve` in compiled code give NumPy's values,
    and SciPy can be imported.
    """
    code = """
import numpy as np
from numba import njit
rng = np.random.default_rng(0)
a, b, long = rng.normal(size=(5, 5)), rng.normal(size=5), rng.normal(size=40)
def algebra(a, b):
    return np.linalg.solve(a, b), a @ a, np.dot(b, b)
def sums(x, y):
    return np.correlate(x, y), np.convolve(x, y)
for function, given in ((algebra, (a, b)), (sums, (long, b))):
    for one, other in zip(njit(function)(*given), function(*given), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
import scipy.linalg
print(started, scipy.linalg.norm(np.ones(4)))
"""
    assert printed(START + code) == "True 2.0\n"


def test_an_extension_of_numba_finds_scipy(tmp_path: Path) -> None:
    """An extension that asks for SciPy as Numba starts gets it, and no warning is given."""
    (tmp_path / "needs_scipy.py").write_text(
        "try:\n    import scipy.linalg\n    HAVE_SCIPY = True\nexcept ImportError:\n"
        "    HAVE_SCIPY = False\n\ndef init():\n    import scipy.special\n"
    )
    info = tmp_path / "needs_scipy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: needs_scipy\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[numba_extensions]\ninit = needs_scipy:init\n")
    code = "import needs_scipy; print(started, needs_scipy.HAVE_SCIPY)"
    assert printed(START + code, tmp_path) == "False True\n"


def test_another_thread_may_import_scipy_meanwhile() -> None:
    """In a process with threads nothing is hidden from them."""
    code = """
import threading
wait = threading.Event()
threading.Thread(target=wait.wait).start()
"""
    assert printed(code + START + "wait.set(); print('numba' in sys.modules)") == "False\n"
