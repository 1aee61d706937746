"""What was to be reached, by which model it is judged, and what was found."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NOTES = Path(__file__).parents[1] / "deploy_notes.toml"
JUDGED = "svm"


@dataclass(frozen=True)
class Goal:
    """One line of the table."""

    key: str
    text: str
    limit: float
    unit: str
    before: str
    value: Callable[[dict[str, Any]], float | None]
    least: bool = False

    def met(self, value: float) -> bool:
        """Whether a value will do."""
        return value >= self.limit if self.least else value <= self.limit


def _of(*keys: str) -> Callable[[dict[str, Any]], float | None]:
    def find(model: dict[str, Any]) -> float | None:
        found: Any = model
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    return find


GOALS = (
    Goal("cold start", "cold start of `imgpipe predict MODEL one.png`, warm Numba cache", 1.0,
         "CPU-s", "3.0 to 3.5", _of("cold", "bundle", "cpu_s")),
    Goal("peak memory", "its peak RSS", 200, "MB", "279", _of("cold", "bundle", "peak_mb")),
    Goal("latency 28", "latency at batch 1, default features, p50, 28x28", 1.5, "ms", "",
         _of("latency", "bundle", "p50_ms")),
    Goal("latency 512", "the same, 512x512", 8.0, "ms", "",
         _of("latency_large", "bundle", "p50_ms")),
    Goal("throughput 1", "throughput, 28x28, 1 process", 1500, "images/s", "",
         _of("throughput", "bundle"), least=True),
    Goal("throughput 2", "the same, 2 processes", 2700, "images/s", "",
         _of("throughput", "bundle, 2 processes"), least=True),
    Goal("graph cold start", "cold start of the exported ONNX, onnxruntime alone", 0.4, "CPU-s",
         "", _of("graph", "cold", "cpu_s")),
    Goal("graph parity", "its largest difference of a probability from the bundle's", 1e-5, "", "",
         _of("graph", "parity", "difference")),
    Goal("size", "size of the bundle", 5.0, "MB", "", _of("size_mb")),
)  # fmt: skip


def judged(models: dict[str, Any]) -> list[dict[str, Any]]:
    """Each goal with what was found, of the model that it is about and of those that miss it."""
    return [_judged(goal, models) for goal in GOALS]


def _judged(goal: Goal, models: dict[str, Any]) -> dict[str, Any]:
    values = {name: goal.value(model) for name, model in models.items()}
    values = {name: value for name, value in values.items() if value is not None}
    short = {name: value for name, value in values.items() if not goal.met(value)}
    return {
        "key": goal.key,
        "goal": f"{goal.text}: at {'least' if goal.least else 'most'} {goal.limit:,g} {goal.unit}",
        "before": goal.before,
        "measured": values.get(JUDGED),
        "met": JUDGED in values and JUDGED not in short,
        "short": {name: value for name, value in short.items() if name != JUDGED},
        "unit": goal.unit,
    }


def notes() -> dict[str, str]:
    """Reasons that were written down, by a goal's key, or by that and a model: ``size forest``."""
    return tomllib.loads(_NOTES.read_text(encoding="utf-8")) if _NOTES.is_file() else {}
