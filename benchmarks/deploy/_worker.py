"""A process that holds one model, for ``benchmarks.deploy``.

Run as a script with the model as its only argument. It reads a line of JSON for each wish and
answers with one: ``latency`` (images of a stack one by one), ``stack`` (all of one in one call), or
``distributions`` (which installed ones it has imported from).
"""

import contextlib
import io
import json
import subprocess
import sys
import time
from pathlib import Path
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


def distributions(wish: dict[str, Any]) -> dict[str, Any]:
    """Bytes on disk of each distribution of which a module was imported."""
    from imgpipe.cli import main

    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(["predict", sys.argv[1], wish["image"], "--trust"])
    bare = [sys.executable, "-c", "import sys; print(*sys.modules)"]
    by_itself = subprocess.run(bare, capture_output=True, text=True, check=True).stdout.split()
    ours = (module for name, module in list(sys.modules.items()) if name not in by_itself)
    imported = {Path(file).resolve() for module in ours
                if (file := getattr(module, "__file__", None))}  # fmt: skip
    import importlib.metadata

    sizes = {}
    for found in importlib.metadata.distributions():
        files = {Path(file.locate()).resolve() for file in found.files or ()}
        if files & imported and found.name != "imgpipe":
            sizes[found.name] = sum(file.stat().st_size for file in files if file.is_file())
    # an editable install lists no files
    own = Path(bundle.__file__).parents[1].rglob("*")
    kept = (file for file in own if file.is_file() and file.suffix != ".pyc")
    sizes["imgpipe"] = sum(file.stat().st_size for file in kept)
    return {"bytes": sizes}


DO = {"latency": latency, "stack": whole, "distributions": distributions}
stacks = _Stacks()
predictor = bundle.load(sys.argv[1], trust=sys.argv[1].endswith(".joblib"))
print("{}", flush=True)
for line in sys.stdin:
    wish = json.loads(line)
    print(json.dumps(DO[wish["do"]](wish)), flush=True)
