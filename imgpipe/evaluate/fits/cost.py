"""What a model costs: CPU seconds of a fit, the wait for one image, images a second, bytes."""

import io
import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from imgpipe import kernels
from imgpipe.evaluate.data.samples import take

_LEAST, _MOST, _SECONDS = 20, 100, 0.2  # single images timed: so many, or for so long
_BATCH = 64  # images predicted at once


def cpu_seconds() -> float:
    """CPU time of this process and its children, those still running included."""
    times = os.times()
    return times.user + times.system + _of_children()


class Stopwatch:
    """CPU seconds of the work of this thread and of all that it starts, in other processes too.

    What Python threads that run already do meanwhile is left out. Threads of libraries, such as
    those of a matrix product, are counted, since they work for whoever calls.
    """

    def __init__(self) -> None:
        self._children = _of_children()
        # side by side: what others do between two looks would be taken for ours
        self._others = _other_threads()
        self._process = time.process_time()

    def seconds(self) -> float:
        """Give the CPU seconds since it was made."""
        now = _seconds_by_thread() if self._others else {}
        spent = time.process_time() - self._process
        spent -= sum(now.get(key, was) - was for key, was in self._others.items())
        return max(spent + _of_children() - self._children, 0.0)


def prediction_cost(pipeline: Any, images: Any, index: np.ndarray) -> dict[str, float]:
    """Measure predictions of held-out images by one thread, from the image to its probabilities.

    Parameters
    ----------
    pipeline : fitted pipeline
        It takes what `images` holds.
    images : Images, sequence or table
        Of the whole data set.
    index : ndarray of int
        Held-out samples.

    Returns
    -------
    dict of str to float
        ``predict_ms_per_image`` and ``predict_ms_p95`` (median and 95th percentile of the wait for
        one image), ``predict_cpu_ms_per_image`` (median of its CPU time, which does not tell of
        other programs), ``images_per_second`` (of some images at once) and ``predict_threads``.
    """
    chosen = index[np.linspace(0, len(index) - 1, min(_MOST, len(index))).astype(int)]
    batch = take(images, index[:_BATCH])
    with one_thread():
        pipeline.predict_proba(take(images, chosen[:1]))  # which may compile or load code
        waits, spent = [], []
        end = time.perf_counter() + _SECONDS
        for place in chosen:
            single = take(images, np.array([place]))
            wall, cpu = time.perf_counter(), time.process_time()
            pipeline.predict_proba(single)
            waits.append(time.perf_counter() - wall)
            spent.append(time.process_time() - cpu)
            if len(waits) >= _LEAST and time.perf_counter() > end:
                break
        wall = time.perf_counter()
        pipeline.predict_proba(batch)
        at_once = len(batch) / (time.perf_counter() - wall)
    return {
        "predict_ms_per_image": 1000 * float(np.median(waits)),
        "predict_ms_p95": 1000 * float(np.percentile(waits, 95)),
        "predict_cpu_ms_per_image": 1000 * float(np.median(spent)),
        "images_per_second": at_once,
        "predict_threads": 1,
    }


@contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix products, OpenMP and our own loops use one thread."""
    with threadpool_limits(1), kernels.threads(1):
        yield


def file_size(name: str, pipeline: Any) -> dict[str, float]:
    """Size of the fitted pipeline as `joblib.dump` writes it, uncompressed.

    Parameters
    ----------
    name : str
        Of the model.
    pipeline : fitted pipeline

    Returns
    -------
    dict of str to float
        ``model_bytes``. Empty, with a warning, for a model that no file can hold, such as one with
        a lambda.
    """
    buffer = io.BytesIO()
    try:
        joblib.dump(pipeline, buffer)
    except Exception as error:  # whatever the objects of others raise
        warnings.warn(
            f"the size of {name} was not measured, no file can hold it: {error}; in place "
            "of a lambda or an inner function take one that is defined in a module",
            stacklevel=2,
        )
        return {}
    return {"model_bytes": buffer.tell()}


def _of_children() -> float:
    """CPU seconds of processes that this one started, those still running included."""
    times = os.times()
    total = times.children_user + times.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            spent = child.cpu_times()
        except psutil.Error:
            continue
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def _other_threads() -> dict[int, float]:
    """CPU seconds so far of the other Python threads, by their number."""
    own = threading.get_native_id()
    others = {thread.native_id for thread in threading.enumerate()} - {own, None}
    if not others:
        return {}
    return {key: spent for key, spent in _seconds_by_thread().items() if key in others}


def _seconds_by_thread() -> dict[int, float]:
    try:
        return {t.id: t.user_time + t.system_time for t in psutil.Process().threads()}
    except (psutil.Error, NotImplementedError):  # where the system does not tell
        return {}
