"""One side of ``benchmarks.race``: measures what it is told, with the imgpipe of one checkout.

Run as a script with the checkout as its only argument. It reads a line of JSON for each wish and
answers with one: ``prepare`` a cell (its result goes to a file), then ``time`` it.
"""

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])

import numpy as np

from imgpipe import features, kernels

_CASES = Path(__file__).parent / "kernels" / "cases.py"
_STACK = 1000
# a sample shorter than this is mostly noise
_SAMPLE_SECONDS = 2e-3


def cases() -> Any:
    """Load this checkout's list of cases, which calls the other's kernels."""
    spec = importlib.util.spec_from_file_location("race_cases", _CASES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["race_cases"] = module
    spec.loader.exec_module(module)
    return module


def call_of(cell: dict[str, Any]) -> Callable[[], Any]:
    """Return what is to be timed."""
    if cell["part"] == "features":
        stack = known.picture("smooth", "u8", (_STACK, 28, 28))
        stack = stack + np.random.default_rng(0).integers(0, 30, stack.shape).astype(np.uint8)
        return lambda: features.extract_many(stack, families=cell["name"])[0]
    image = known.picture(cell["image"], cell["dtype"], tuple(cell["shape"]))
    return known.ours(cell["name"], image, cell["k"], tuple(cell["axes"]))


def spent(call: Callable[[], Any], times: int) -> float:
    """Seconds a call, over so many calls."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


known = cases()
kernels.set_threads(1)
call: Callable[[], Any] = int
times = 1
for line in sys.stdin:
    wish = json.loads(line)
    if wish["do"] == "prepare":
        call = call_of(wish["cell"])
        np.save(wish["result"], call())
        times = max(1, int(_SAMPLE_SECONDS / max(spent(call, 1), 1e-7)))
        print(json.dumps({"times": times}), flush=True)
    else:
        print(json.dumps({"seconds": spent(call, times)}), flush=True)
