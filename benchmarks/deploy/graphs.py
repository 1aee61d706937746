"""A model as one ONNX graph, run by onnxruntime where imgpipe is not."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.deploy import cold
from benchmarks.deploy.models import Data, Kept
from benchmarks.deploy.warm import percentiles
from imgpipe import InputError, bundle

LIMIT = 1e-5


def measure(launcher: cold.Launcher, kept: Kept, data: Data, starts: int, calls: int) -> Any:
    """Size, first start, latency and what it says of the test images, beside the bundle.

    Where a part of the model cannot be exported, the reason alone.
    """
    try:
        path = exported(kept)
    except InputError as error:
        return {"refused": str(error).partition(": ")[2]}
    found = _raced(launcher, path, kept, data.test, calls)
    found["size_mb"] = path.stat().st_size / 1e6
    found["cold"] = cold.starts_of(launcher, cold.graph_command(path, _one(launcher, data)), starts)
    return found


def measure_large(launcher: cold.Launcher, kept: Kept, stack: np.ndarray, calls: int) -> Any:
    """The same of large images, without the first start."""
    return _raced(launcher, exported(kept), kept, stack, calls)


def exported(kept: Kept) -> Path:
    """The graph as a file, which is written where it is not there."""
    path = kept.bundle.with_suffix(".onnx")
    if not path.is_file():
        bundle.export(kept.bundle, path)
    return path


def _one(launcher: cold.Launcher, data: Data) -> Path:
    """One image as a file that Pillow reads as it was trained on, else as an array."""
    if data.test.dtype == np.uint8:
        return data.png
    path = launcher.scratch / "one.npy"
    np.save(path, data.test[0])
    return path


def _raced(
    launcher: cold.Launcher, path: Path, kept: Kept, stack: np.ndarray, calls: int
) -> dict[str, Any]:
    images = launcher.scratch / "raced.npy"
    np.save(images, stack)
    command = [*cold.graph_command(path, images), str(calls)]
    told = json.loads(launcher.run(command)["printed"])
    ours, theirs = np.array(told["said"]), bundle.load(kept.bundle).predict_proba(stack)
    apart = {
        "images": len(stack),
        "difference": float(np.abs(ours - theirs).max()),
        "flipped": int((ours.argmax(axis=1) != theirs.argmax(axis=1)).sum()),
        "limit": LIMIT,
    }
    if not apart["difference"] <= LIMIT:
        print(f"{kept.name}: the graph and the bundle differ: {apart}", file=sys.stderr)
    return {
        "parity": apart,
        "latency": percentiles(told["ms"]) | {"cpu_ms": told["cpu_ms"] / calls},
    }
