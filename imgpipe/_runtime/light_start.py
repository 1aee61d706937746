"""Numba started without SciPy, for programs that are over in a second."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def start_numba_without_scipy() -> None:
    """Let Numba make its preparations as where SciPy is not installed.

    Before its first call Numba imports `scipy.linalg`, with a BLAS of its own, to find out whether
    there is one. No loop of ours needs it. Measured: 0.20 of 1.05 CPU-seconds and 16 of 210 MB of
    ``imgpipe predict`` on one image.

    Afterwards SciPy can be imported as ever, also by Numba: `np.dot` and `np.linalg` in compiled
    code look for it each time that they are compiled. For good, Numba has only noted that there is
    no BLAS for `np.correlate` and `np.convolve` in compiled code, which sum in loops in this
    process: the same values to rounding, more slowly.

    Extensions of Numba (entry points ``numba_extensions``) are loaded while SciPy can be imported.
    Where one imports it, where Numba or SciPy is there already, or where other threads run, which
    might import it meanwhile, nothing is left out.
    """
    if "numba" in sys.modules or "scipy" in sys.modules or threading.active_count() > 1:
        return
    with _without_scipy():
        from numba.core.entrypoints import init_all
        from numba.core.registry import cpu_target

        # says which instructions to use: what follows makes the target for them, once and for all
        import imgpipe._runtime.jit  # noqa: F401

    init_all()  # an extension that did not find SciPy now would do without as long as we run
    if "scipy" in sys.modules:
        return
    with _without_scipy():
        # what the first call of a loop begins with
        cpu_target.target_context.refresh()


@contextmanager
def _without_scipy() -> Iterator[None]:
    """Let an import of SciPy raise `ImportError`."""
    sys.modules["scipy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["scipy"]
