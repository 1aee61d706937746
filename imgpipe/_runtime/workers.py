"""Work in chunks, by workers that end when the process they work for is gone."""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from numbers import Integral
from typing import Any, TypeVar

from imgpipe._common.errors import InputError

_POLL_SECONDS = 2.0
_started: set[int] = set()

_Chunk = TypeVar("_Chunk")
_Result = TypeVar("_Result")


def in_chunks(
    function: Callable[[_Chunk], _Result], chunks: Iterable[_Chunk], n_jobs: int | None = None
) -> Iterator[_Result]:
    """Yield ``function(chunk)`` of each chunk, in their order.

    Chunks are taken when a worker is near, two ahead for each. Both a function and chunks that
    hold paths, not pixels, are small to send. `joblib.parallel_config` is respected, and None is
    what it says, else 1. Where there is but one worker, all is done in this process.
    """
    if worker_count(n_jobs) == 1:
        yield from map(function, chunks)
        return
    import joblib
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend()
    if not backend.supports_return_generator:
        raise InputError(
            f"joblib's {type(backend).__name__} gives results only once all are there; choose loky "
            "or threading in joblib.parallel_config"
        )
    job = joblib.delayed(_at_work)
    results = joblib.Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator")(
        job(function, chunk, os.getpid()) for chunk in chunks
    )
    try:
        yield from results
    finally:
        results.close()


def in_chunks_whoever_dies(
    function: Callable[[Any], Any],
    chunks: Iterable[Any],
    n_jobs: int | None,
    parts: Callable[[Any], list[Any]],
    lost: Callable[[Any, str], Any],
) -> Iterator[Any]:
    """Do the same where workers are killed: what they had is cut, and done part by part.

    A part that ends its worker, too, has the result that `lost` makes of it and the reason.
    """
    sent: deque[Any] = deque()
    left = iter(chunks)

    def noted() -> Iterator[Any]:
        for chunk in left:
            sent.append(chunk)
            yield chunk

    while True:
        try:
            for result in in_chunks(function, noted(), n_jobs):
                sent.popleft()
                yield result
            return
        except Exception as error:
            if not ended_by_others(error):
                raise
        while sent:
            for part in parts(sent.popleft()):
                try:
                    (result,) = in_chunks(function, [part], 2)
                except Exception as error:
                    if not ended_by_others(error):
                        raise
                    result = lost(part, WORKER_ENDED)
                yield result


def ended_by_others(error: Exception) -> bool:
    """Whether joblib says that a worker was killed."""
    from concurrent.futures.process import BrokenProcessPool

    return isinstance(error, BrokenProcessPool)


WORKER_ENDED = "the worker that took it was killed, by the system for its memory most often"


def worker_count(n_jobs: int | None) -> int:
    """Give the workers asked for, or chosen by `joblib.parallel_config`."""
    # only who has imported joblib can have chosen
    if n_jobs == 1 or (n_jobs is None and "joblib" not in sys.modules):
        return 1
    import joblib

    if n_jobs is not None and (not isinstance(n_jobs, Integral) or n_jobs == 0):
        raise InputError(f"n_jobs={n_jobs!r}; an integer is needed, -1 for all processors")
    return int(joblib.effective_n_jobs(n_jobs))


def _at_work(function: Callable[[_Chunk], _Result], chunk: _Chunk, parent: int) -> _Result:
    """Do one chunk, in another process with one thread."""
    if os.getpid() != parent:
        os.environ["IMGPIPE_THREADS"] = "1"
        end_with(parent)
    return function(chunk)


def end_with(parent: int) -> None:
    """Watch the parent from a thread, once per worker process.

    A killed parent cannot stop its workers, and those of loky wait minutes for more work. Linux's
    own signal for it (PR_SET_PDEATHSIG) is no help: it comes when the thread that started the
    worker ends, and joblib starts some from short-lived threads.
    """
    import multiprocessing

    # elsewhere getppid never changes; the parent of a remote worker is no process of this machine
    ours = os.getppid() == parent or multiprocessing.current_process().name.startswith("LokyProc")
    if os.name != "posix" or not ours or os.getpid() in _started:
        return
    _started.add(os.getpid())
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(1)
