"""What it costs to start a process, predict one image and end: CPU, wall time and memory."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.deploy.models import Data, Kept

_HERE = Path(__file__).parent
_PROGRAM = Path(sys.executable).with_name("imgpipe")
PROGRAM = [str(_PROGRAM)] if _PROGRAM.exists() else [sys.executable, "-m", "imgpipe"]
FLOORS = {
    "an interpreter": "pass",
    "NumPy": "import numpy",
    "NumPy, onnxruntime": "import numpy, onnxruntime",
    "NumPy, Numba": "import numpy, numba",
    "NumPy, Numba, onnxruntime, Pillow": "import numpy, numba, onnxruntime, PIL.Image",
}
SAME = 1e-4
# what a bundle is predicted without; Numba takes along some of these where it finds them
NOT_NEEDED = ("sklearn", "scipy", "skimage", "pandas", "torch", "matplotlib", "onnx", "lightgbm",
              "pyarrow", "coverage", "charset_normalizer", "yaml")  # fmt: skip


class Launcher:
    """A small process that starts others, each in the same environment."""

    def __init__(self, scratch: Path, environ: Mapping[str, str]) -> None:
        self.scratch, self.environ = scratch, dict(environ)
        command = [sys.executable, "-I", "-S", str(_HERE / "_launcher.py")]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, command: Sequence[str | Path], **environ: str) -> dict[str, Any]:
        """Run a command to its end; give its costs and what it printed."""
        stdout, stderr = self.scratch / "stdout", self.scratch / "stderr"
        wish = {
            "command": [str(word) for word in command],
            "environ": self.environ | environ,
            "stdout": str(stdout),
            "stderr": str(stderr),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        cost = json.loads(self.process.stdout.readline())
        if cost.pop("status"):
            raise SystemExit(f"{' '.join(wish['command'])} failed:\n{stderr.read_text()}")
        return cost | {"printed": stdout.read_text()}


def environment(cache: Path) -> dict[str, str]:
    """That of this process, with a cache of compiled code of its own; onnxruntime sends nothing."""
    return dict(os.environ) | {"NUMBA_CACHE_DIR": str(cache), "ORT_DISABLE_TELEMETRY": "1"}


def commands(kept: Kept, data: Data) -> dict[str, list[str | Path]]:
    """The three ways to one prediction."""
    return {
        "bundle": [*PROGRAM, "predict", kept.bundle, data.png],
        "joblib": [*PROGRAM, "predict", kept.joblib, data.png, "--trust"],
        "bare": [sys.executable, _HERE / "_bare.py", kept.bare, kept.row],
    }


def first(launcher: Launcher, kept: Kept, data: Data, cache: Path) -> dict[str, float]:
    """The very first start, with nothing compiled, once."""
    return _costs([launcher.run(commands(kept, data)["bundle"], NUMBA_CACHE_DIR=str(cache))])


def starts(launcher: Launcher, kept: Kept, data: Data, times: Mapping[str, int]) -> dict[str, Any]:
    """Median costs of each way, in turns; each has run once before, to compile and to read."""
    ways = commands(kept, data)
    before = {way: launcher.run(command) for way, command in ways.items()}
    _check_same(kept.name, before["bundle"]["printed"], before["joblib"]["printed"])
    return _in_turns(launcher, ways, times)


def graph_command(graph: Path, image: Path) -> list[str | Path]:
    """One prediction of an exported graph, by onnxruntime and NumPy alone."""
    return [sys.executable, _HERE / "_graph.py", graph, image]


def starts_of(launcher: Launcher, command: Sequence[str | Path], times: int) -> dict[str, Any]:
    """Median costs of one command, which has run once before."""
    launcher.run(command)
    return _costs([launcher.run(command) for _ in range(times)])


def floors(launcher: Launcher, times: int) -> dict[str, Any]:
    """What an interpreter and the libraries cost that no prediction can do without."""
    ways = {name: [sys.executable, "-c", code] for name, code in FLOORS.items()}
    return _in_turns(launcher, ways, dict.fromkeys(ways, times))


def imported(launcher: Launcher, model: Path, image: Path, hidden: Sequence[str]) -> dict[str, int]:
    """Bytes of the distributions that one prediction imports, where some are not there."""
    script = [sys.executable, _HERE / "_imports.py", model, image, ",".join(hidden)]
    return json.loads(launcher.run(script)["printed"])


def _in_turns(
    launcher: Launcher, ways: Mapping[str, Sequence[str | Path]], times: Mapping[str, int]
) -> dict[str, Any]:
    costs: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for turn in range(max(times.values())):
        # who goes first changes, so that a drift of the machine favours nobody
        for way in list(ways)[:: -1 if turn % 2 else 1]:
            if turn < times[way]:
                costs[way].append(launcher.run(ways[way]))
    return {way: _costs(spent) for way, spent in costs.items()}


def _costs(spent: list[dict[str, Any]]) -> dict[str, float]:
    """Medians, the range of CPU seconds, and the highest peak."""
    cpu = [cost["cpu_s"] for cost in spent]
    return {
        "cpu_s": median(cpu),
        "cpu_lowest_s": min(cpu),
        "cpu_highest_s": max(cpu),
        "wall_s": median(cost["wall_s"] for cost in spent),
        "peak_mb": max(cost["peak_mb"] for cost in spent),
        "runs": len(spent),
    }


def _check_same(name: str, ours: str, theirs: str) -> None:
    """Stop where the two files say different things of the image."""
    rows = [next(csv.DictReader(io.StringIO(text))) for text in (ours, theirs)]
    shares = [[float(row[key]) for key in row if key.startswith("p_")] for row in rows]
    pairs = zip(*shares, strict=True)
    if rows[0]["predicted"] != rows[1]["predicted"] or any(abs(a - b) > SAME for a, b in pairs):
        raise SystemExit(f"{name}: the bundle and the joblib file differ:\n{ours}\n{theirs}")
