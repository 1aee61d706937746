"""Honest comparison: splits, metrics with intervals, leakage checks, as frozen results."""

from imgpipe.evaluate.compare import compare, score_fitted
from imgpipe.evaluate.occlusion import occlusion_maps
from imgpipe.evaluate.results import (
    Comparison,
    Curve,
    DataCard,
    DuplicatePair,
    Importance,
    Interval,
    Mistake,
    ModelResult,
    Protocol,
    RunFacts,
    save_run,
)

__all__ = [
    "Comparison",
    "Curve",
    "DataCard",
    "DuplicatePair",
    "Importance",
    "Interval",
    "Mistake",
    "ModelResult",
    "Protocol",
    "RunFacts",
    "compare",
    "occlusion_maps",
    "save_run",
    "score_fitted",
]
