"""How many threads a kernel uses, and the pool that runs bands of lines side by side."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar, copy_context
from itertools import pairwise
from operator import index
from typing import Any

from imgpipe._common import InputError

# an empty submit costs some 50 us: below about 0.3 ms of work one thread is faster
_WORTH_A_THREAD = 1 << 20
# bands a thread takes one by one, each of which lays out strips and looks beyond its ends anew
_BANDS, _WORTH_A_BAND = 3, 1 << 22

_scoped: ContextVar[int | None] = ContextVar("imgpipe_threads", default=None)
_chosen: int | None = None
_pool: ThreadPoolExecutor | None = None
_pool_size = 0
_lock = threading.Lock()


def set_threads(n: int | None) -> None:
    """Let every kernel of this process use up to `n` threads.

    Parameters
    ----------
    n : int or None
        Number of threads, at least 1. None returns to ``IMGPIPE_THREADS`` or the CPUs allowed.

    Raises
    ------
    InputError
        If `n` is not a positive integer.

    Examples
    --------
    >>> from imgpipe import kernels
    >>> kernels.set_threads(2)
    >>> kernels.set_threads(None)
    """
    global _chosen
    _chosen = None if n is None else _positive(n, "threads")


def threads(n: int) -> AbstractContextManager[None]:
    """Let the kernels called inside a ``with`` block use up to `n` threads.

    The choice belongs to the current context (`contextvars`), so that two threads or tasks may
    choose differently, and it comes before `set_threads`.

    Parameters
    ----------
    n : int
        Number of threads, at least 1.

    Raises
    ------
    InputError
        If `n` is not a positive integer.

    Examples
    --------
    >>> import numpy as np
    >>> from imgpipe import kernels
    >>> with kernels.threads(1):
    ...     out = kernels.mean(np.ones((4, 4)))
    """
    return _chosen_here(_positive(n, "threads"))


@contextmanager
def _chosen_here(n: int) -> Iterator[None]:
    token = _scoped.set(n)
    try:
        yield
    finally:
        _scoped.reset(token)


def thread_count() -> int:
    """Threads a kernel may use now: context, `set_threads`, environment, then CPU affinity."""
    asked = _scoped.get() or _chosen
    if asked:
        return asked
    named = os.environ.get("IMGPIPE_THREADS")
    if named:
        return _positive(named, "IMGPIPE_THREADS")
    if _is_worker():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_worker() -> bool:
    """Tell whether this process shares the machine with siblings, which `multiprocessing` made."""
    # a child of that module has imported it
    made = sys.modules.get("multiprocessing.process")
    return made is not None and made.parent_process() is not None


def run_bands(loop: Callable[..., Any], lines: int, work: float, *args: Any) -> bool:
    """Call ``loop(start, stop, *args)`` over all `lines`, in bands side by side where it pays.

    `work` is a rough count of the bytes that are read, written and compared. The result tells
    whether any band returned a true value.
    """
    if work < _WORTH_A_THREAD or lines < 2:
        return bool(loop(0, lines, *args))
    workers = min(thread_count(), lines, int(work // _WORTH_A_THREAD) + 1)
    if workers == 1:
        return bool(loop(0, lines, *args))
    # a thread may wake late or share its core: whoever is free takes the next band
    bands = min(lines, workers * max(1, min(_BANDS, int(work // (workers * _WORTH_A_BAND)))))
    edges = [lines * band // bands for band in range(bands + 1)]
    return any(_shared(lambda band: bool(loop(*band, *args)), list(pairwise(edges)), workers))


def bands_of(
    loop: Callable[..., Any], lines: int, work: float, *args: Any
) -> Callable[[Any, Any], bool]:
    """Return ``run(image, out)``: `run_bands` over both C-ordered arrays, flattened, and `args`."""
    if work < _WORTH_A_THREAD or lines < 2:
        # nothing to decide, which a small image would wait for
        return lambda image, out: bool(loop(0, lines, image.ravel(), out.ravel(), *args))
    return lambda image, out: run_bands(loop, lines, work, image.ravel(), out.ravel(), *args)


def side_by_side(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    """Call functions that release the GIL, as many at a time as there may be threads."""
    workers = min(thread_count(), len(tasks))
    if workers == 1:
        return [task() for task in tasks]
    return _shared(lambda task: task(), tasks, workers)


def _shared(do: Callable[[Any], Any], items: Sequence[Any], workers: int) -> list[Any]:
    """Let this thread and the pool's take items until there are none; results in their order."""
    results: list[Any] = [None] * len(items)
    places = iter(range(len(items)))

    def share() -> None:
        for place in places:
            results[place] = do(items[place])

    futures: list[Future[None]] = []
    try:
        # at interpreter shutdown no thread starts any more: what is left runs here
        with suppress(RuntimeError), _lock:
            pool = _pool_of(workers - 1)
            for _ in range(workers - 1):
                # with the settings of whoever calls, such as NumPy's silence on overflow
                futures.append(pool.submit(copy_context().run, share))
        share()
    finally:
        # nobody may write into the caller's array after an error or an interrupt
        for _ in places:
            pass
        # what was not begun has nothing to do; in the pool itself, it would be waited for for ever
        begun = [future for future in futures if not future.cancel()]
        wait(begun)
    for future in begun:
        future.result()
    return results


def _pool_of(workers: int) -> ThreadPoolExecutor:
    """Return the shared pool, made anew when more workers are asked for; call with the lock."""
    global _pool, _pool_size
    if _pool is None or _pool_size < workers:
        if _pool is not None:
            _pool.shutdown(wait=False)
        _pool = ThreadPoolExecutor(workers, thread_name_prefix="imgpipe-kernels")
        _pool_size = workers
    return _pool


def _forget_pool() -> None:
    """A forked child has none of its parent's threads, and perhaps a lock held by one of them."""
    global _pool, _pool_size, _lock
    _pool, _pool_size, _lock = None, 0, threading.Lock()


def _positive(n: Any, name: str) -> int:
    try:
        number = int(n) if isinstance(n, str) else index(n)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise InputError(f"{name} must be a positive integer, got {n!r}")
    return number


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
