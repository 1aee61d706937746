"""Numba started without SciPy, for programs that are over in a second."""

import sys


def start_numba_without_scipy() -> None:
    """Let Numba make its preparations as where SciPy is not installed.

    Before its first call Numba imports `scipy.linalg`, with a BLAS of its own, to find out whether
    there is one. No loop of ours needs it. Measured: 0.20 of 1.05 CPU-seconds and 16 of 210 MB of
    ``imgpipe predict`` on one image. Afterwards SciPy can be imported as ever, also by Numba for
    somebody else's linear algebra; only `np.correlate` and `np.convolve` in compiled code go
    without BLAS in this process.

    Where Numba or SciPy is there already, nothing is done.
    """
    if "numba" in sys.modules or "scipy" in sys.modules:
        return
    sys.modules["scipy"] = None  # type: ignore[assignment]  # an import of it raises ImportError
    try:
        from numba.core.registry import cpu_target

        # says which instructions to use: what follows makes the target for them, once and for all
        import imgpipe._runtime.jit  # noqa: F401

        # what the first call of a loop begins with
        cpu_target.target_context.refresh()
    finally:
        del sys.modules["scipy"]
