"""A process that holds one model, for ``benchmarks.deploy``.

Run as a script with the model as its only argument. It reads a line of JSON for each wish and
answers with one: ``latency`` (images of a stack one by one) or ``stack`` (all of one in one call).
"""

import json
import sys
import time
from typing import Any

import numpy as np

from imgpipe import bundle


def latency(wish: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of each call with one image."""
    stack, spent = np.load(wish["stack"]), []
    cpu = time.process_time()
    for i in range(wish["calls"]):
        one = stack[i % len(stack)][None]
        start = time.perf_counter()
        told = predictor.predict(one)
        spent.append(1e3 * (time.perf_counter() - start))
        assert not any(told.errors), told.errors
    return {"ms": spent, "cpu_ms": 1e3 * (time.process_time() - cpu)}


def whole(wish: dict[str, Any]) -> dict[str, Any]:
    """When a whole stack was done, by the clock that all processes share."""
    cpu = time.process_time()
    told = predictor.predict(stacks[wish["stack"]])
    done, cpu = time.perf_counter(), time.process_time() - cpu
    assert not any(told.errors), told.errors[:3]
    return {"done": done, "cpu_s": cpu}


class _Stacks(dict[str, np.ndarray]):
    def __missing__(self, path: str) -> np.ndarray:
        self[path] = np.load(path)
        return self[path]


DO = {"latency": latency, "stack": whole}
stacks = _Stacks()
predictor = bundle.load(sys.argv[1], trust=sys.argv[1].endswith(".joblib"))
print("{}", flush=True)
for line in sys.stdin:
    wish = json.loads(line)
    print(json.dumps(DO[wish["do"]](wish)), flush=True)
