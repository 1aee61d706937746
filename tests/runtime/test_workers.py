"""Workers of a process that was killed."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import time
import numpy as np
from imgpipe.features import extract_many

class Slow:  # so slow to read that each worker gets some
    size = 2**19

    def __array__(self, dtype=None, copy=None):
        time.sleep(1)
        return np.arange(36.0).reshape(6, 6)

extract_many([Slow() for _ in range(8)], families="intensity", n_jobs=2)
print("ready", flush=True)
time.sleep(300)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="elsewhere a worker cannot see its parent end")
def test_workers_end_with_a_killed_parent():
    """Seconds after SIGKILL to the parent, no worker is left to hold its output open."""
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.kill()
        rest, _ = process.communicate(timeout=30)  # raises while a worker lives
    assert rest == ""
