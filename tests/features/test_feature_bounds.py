"""The loops stay inside their arrays: a process with bounds checks on odd shapes and masks."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np
from imgpipe.features import FAMILIES, extract
from imgpipe._runtime.jit import jit

@jit
def beyond(a):
    return a[a.size]

try:
    beyond(np.zeros(3))
except IndexError:
    print("checked")
rng = np.random.default_rng(0)
for shape in [(1, 1), (1, 9), (2, 3), (5, 5), (13, 7), (40, 60), (1, 4, 5), (4, 3, 1), (3, 6, 7)]:
    image = rng.integers(1, 9, shape)
    mask = rng.random(shape) < 0.7
    mask.flat[-1] = True
    families = [f for f in FAMILIES if len(shape) == 2 or FAMILIES[f].volumes]
    for settings in [{}, {"distance": (1, 4)}, {"bins": None}, {"bin_width": 3}]:
        for inside in (None, mask):
            extract(image, inside, families=families, aggregation="all", **settings)
print("done")
"""


@pytest.mark.bounds
@pytest.mark.full
@pytest.mark.slow
def test_every_loop_stays_in_bounds(tmp_path):
    """With bounds checked, every family runs on every odd shape without an IndexError."""
    env = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program)], env=env, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["checked", "done"]
