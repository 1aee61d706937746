"""Compiled code is made for one set of instructions, however a process begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIGHT = "from imgpipe._runtime.light_start import start_numba_without_scipy as s; s()\n"
# compiles and keeps a loop, whose file in the cache says for which instructions
LOOP = """
import numpy as np
import imgpipe._runtime.jit
from imgpipe.kernels import mean
mean(np.ones((9, 9), np.float32), 3)
from numba.core.registry import cpu_target
print(cpu_target.target_context.codegen().magic_tuple())
"""


def kept(cache: Path) -> set[str]:
    """What a cache of compiled code holds."""
    return {path.name for path in cache.rglob("*.nb?")}


def target(cache: Path, code: str) -> str:
    """Processor and instructions for which a fresh process compiles."""
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.jit
def test_a_light_start_compiles_for_the_same_processor(tmp_path: Path) -> None:
    """What the program compiled for a prediction is what Python and other verbs load."""
    light = target(tmp_path, LIGHT + LOOP)
    files = kept(tmp_path)
    assert files
    assert target(tmp_path, LOOP) == light
    assert kept(tmp_path) == files
