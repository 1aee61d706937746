"""What a model costs: CPU seconds, the wait for one image, bytes."""

import io
import os
import time
from typing import Any

import joblib
import numpy as np
import psutil

from imgpipe.evaluate.data.samples import take

_TIMED = 20  # single images predicted; the median counts


def cpu_seconds() -> float:
    """CPU time of this process and its children, those still running included."""
    times = os.times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            spent = child.cpu_times()
        except psutil.Error:
            continue
        total += spent.user + spent.system
    return total


def predict_ms_per_image(pipeline: Any, images: Any, index: np.ndarray) -> float:
    """Milliseconds from one image to its probabilities, median over some held-out images."""
    chosen = index[np.linspace(0, len(index) - 1, min(_TIMED, len(index))).astype(int)]
    singles = [take(images, np.array([i])) for i in chosen]
    pipeline.predict_proba(singles[0])  # the first call may compile or load code
    waits = []
    for single in singles:
        start = time.perf_counter()
        pipeline.predict_proba(single)
        waits.append(time.perf_counter() - start)
    return 1000 * float(np.median(waits))


def model_bytes(pipeline: Any) -> int:
    """Size of the fitted pipeline as `joblib.dump` writes it, uncompressed."""
    buffer = io.BytesIO()
    joblib.dump(pipeline, buffer)
    return buffer.tell()
