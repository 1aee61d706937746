"""Honest comparison: splits, metrics with intervals, leakage checks, as frozen results."""

from imgpipe.datasets import image_digests
from imgpipe.evaluate.compare import compare
from imgpipe.evaluate.explanations.occlusion import occlusion_maps
from imgpipe.evaluate.results import (
    Comparison,
    Copies,
    Crossing,
    Curve,
    DataCard,
    DuplicatePair,
    Importance,
    Interval,
    LearningCurve,
    LearningCurves,
    Mistake,
    ModelResult,
    Protocol,
    RunFacts,
)
from imgpipe.evaluate.run_files import save_run
from imgpipe.evaluate.score_fitted import score_fitted
from imgpipe.learn import fit_model

__all__ = [
    "Comparison",
    "Copies",
    "Crossing",
    "Curve",
    "DataCard",
    "DuplicatePair",
    "Importance",
    "Interval",
    "LearningCurve",
    "LearningCurves",
    "Mistake",
    "ModelResult",
    "Protocol",
    "RunFacts",
    "compare",
    "fit_model",
    "image_digests",
    "occlusion_maps",
    "save_run",
    "score_fitted",
]
