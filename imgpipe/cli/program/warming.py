"""Compile loops ahead, in as many processes as there are workers."""

import gc
import os
import time
from collections.abc import Callable, Sequence
from importlib import import_module

from imgpipe._common import track

ROOMS = ("kernels", "features")


def compile_ahead(rooms: Sequence[str], jobs: int) -> dict[str, float]:
    """Run the warming calls of `rooms`; give the seconds that each took.

    What is in the cache is only read. Workers take calls in the order of the rooms' lists, which
    start with the longest.
    """
    from joblib import Parallel, delayed

    calls = [(room, number) for room in rooms for number in range(len(_calls(room)))]
    # one call at a time: they take from milliseconds to seconds
    workers = Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
    done = workers(delayed(_compile)(room, number, os.getpid()) for room, number in calls)
    seconds = dict(track(done, "compiling", total=len(calls), lines=True))
    return {name: seconds[name] for room in rooms for name in _names(room)}


def _compile(room: str, number: int, parent: int) -> tuple[str, float]:
    """Make one call of a room, in a worker that ends with its parent."""
    from imgpipe._runtime.workers import end_with

    if parent != os.getpid():
        end_with(parent)
    _, call = _calls(room)[number]
    start = time.perf_counter()
    # a compiler leaves little garbage: looking for it takes a fifteenth of the time
    collects = gc.isenabled()
    gc.disable()
    try:
        call()
    finally:
        if collects:
            gc.enable()
    return _names(room)[number], time.perf_counter() - start


def _calls(room: str) -> list[tuple[str, Callable[[], object]]]:
    calls: list[tuple[str, Callable[[], object]]] = import_module(f"imgpipe.{room}.warming").calls()
    return calls


def _names(room: str) -> list[str]:
    return [f"{room}.{name}" for name, _ in _calls(room)]
