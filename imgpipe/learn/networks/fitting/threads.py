"""Where a network runs, and on how many threads."""

from collections.abc import Iterator
from contextlib import contextmanager

import joblib
import torch

from imgpipe._common import InputError
from imgpipe._runtime.threads import thread_count


def choose_device(device: str) -> torch.device:
    """Find the device that was asked for: ``"auto"`` is CUDA where there is one, else the CPU."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except (RuntimeError, TypeError):
        raise InputError(f"device is {device!r}; give 'auto', 'cpu' or 'cuda'") from None
    if chosen.type not in ("cpu", "cuda"):
        raise InputError(f"device is {device!r}; networks run here on 'cpu' and 'cuda'")
    if chosen.type == "cuda" and not torch.cuda.is_available():
        raise InputError(f"device is {device!r}, and torch finds no CUDA here; use 'cpu' or 'auto'")
    return chosen


@contextmanager
def limited_threads(n_jobs: int | None) -> Iterator[None]:
    """Compute on `n_jobs` threads, never more than the caller allows.

    The caller's limits: joblib's (None means 1, and 1 in a worker), those of `imgpipe.kernels`
    (``IMGPIPE_THREADS``, the CPUs allowed), and what torch itself was set to (``OMP_NUM_THREADS``,
    ``torch.set_num_threads``).
    """
    before = torch.get_num_threads()
    torch.set_num_threads(min(joblib.effective_n_jobs(n_jobs), thread_count(), before))
    try:
        yield
    finally:
        torch.set_num_threads(before)
