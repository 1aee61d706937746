"""What ran, where, with what."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import imgpipe

_PACKAGES = ("numpy", "scipy", "scikit-learn", "numba", "pandas", "joblib")
_WHERE_USED = ("torch",)  # named once something has imported it


def versions() -> dict[str, str]:
    """Versions of imgpipe, Python and what the numbers depend on."""
    numbers = {"imgpipe": imgpipe.__version__, "python": platform.python_version()}
    for name in (*_PACKAGES, *(name for name in _WHERE_USED if name in sys.modules)):
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:
            numbers[name] = "unknown"
    return numbers


def cpu_model() -> str:
    """Name of the processor, as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def threads(n_jobs: int | None) -> int:
    """Workers used at most: joblib's rule for `n_jobs`, within the CPUs this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    allowed = allowed or 1
    if n_jobs is None:
        return 1
    return max(1, allowed + 1 + n_jobs) if n_jobs < 0 else n_jobs
