"""What a kept model costs a process that has loaded nothing yet: time and memory."""

import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import numpy as np

from imgpipe.evaluate.data.samples import take

# the high-water mark of Linux's getrusage is that of the parent, where the child began as its copy
_CODE = """
import json, os, sys
import joblib
pipeline, image = joblib.load(sys.argv[1])
pipeline.predict_proba(image)
spent = os.times()
try:
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
except OSError:
    import psutil
    memory = psutil.Process().memory_info()
    peak = getattr(memory, "peak_wset", memory.rss)
print(json.dumps({"cpu": spent.user + spent.system, "peak": peak}))
"""
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "IMGPIPE_THREADS"), "1"
)


def cold_start(name: str, pipeline: Any, images: Any, index: np.ndarray) -> dict[str, float]:
    """Start Python, load the model from a file, predict one image; once, with one thread.

    Parameters
    ----------
    name : str
        Of the model.
    pipeline : fitted pipeline
        It takes what `images` holds.
    images : Images, sequence or table
        Of the whole data set.
    index : ndarray of int
        Held-out samples, the first of which is predicted.

    Returns
    -------
    dict of str to float
        ``cold_start_seconds`` (until it was done), ``cold_start_cpu_seconds`` and
        ``peak_rss_bytes`` (most memory that the process held). Empty, with a warning, for a model
        that another process cannot load, such as one whose class stands in a notebook.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.joblib")
        joblib.dump((pipeline, take(images, index[:1])), path)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _CODE, str(path)],
            capture_output=True,
            text=True,
            env={**os.environ, **_ONE_THREAD},
        )
        seconds = time.perf_counter() - start
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        warnings.warn(
            f"the cold start of {name} was not measured, another process cannot load it: {reason}",
            stacklevel=2,
        )
        return {}
    told = json.loads(done.stdout.splitlines()[-1])
    return {
        "cold_start_seconds": seconds,
        "cold_start_cpu_seconds": told["cpu"],
        "peak_rss_bytes": told["peak"],
    }
