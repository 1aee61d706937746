"""Honest comparison: splits, metrics with intervals, leakage checks, as frozen results."""

from imgpipe.datasets import image_digests
from imgpipe.evaluate.check import check
from imgpipe.evaluate.checks import CHECKS
from imgpipe.evaluate.compare import compare
from imgpipe.evaluate.explanations.occlusion import occlusion_maps
from imgpipe.evaluate.results import (
    AlikeFeatures,
    AlikeGroup,
    Calibration,
    Canary,
    ClassValues,
    Comparison,
    ConformalSets,
    Copies,
    Counts,
    Crossing,
    Curve,
    DataCard,
    DecisionCurve,
    DuplicatePair,
    FeaturesFound,
    FeatureValues,
    Finding,
    Importance,
    Interval,
    LearningCurve,
    LearningCurves,
    LookAlikesFound,
    Mistake,
    ModelResult,
    OperatingPoint,
    Operation,
    OtherScores,
    PairedTest,
    Protocol,
    Reliability,
    ReliabilityBin,
    RunFacts,
    Spread,
    Subgroup,
    ThresholdTable,
    Verdict,
)
from imgpipe.evaluate.run_files import load_run, save_run
from imgpipe.evaluate.score_fitted import score_fitted
from imgpipe.evaluate.statistics.cochran_q import cochran_q
from imgpipe.evaluate.statistics.corrected_t import corrected_t
from imgpipe.evaluate.statistics.delong import delong
from imgpipe.evaluate.statistics.equivalence import equivalence
from imgpipe.evaluate.statistics.holm import holm
from imgpipe.evaluate.statistics.mcnemar import mcnemar
from imgpipe.learn import fit_model

__all__ = [
    "CHECKS",
    "AlikeFeatures",
    "AlikeGroup",
    "Calibration",
    "Canary",
    "ClassValues",
    "Comparison",
    "ConformalSets",
    "Copies",
    "Counts",
    "Crossing",
    "Curve",
    "DataCard",
    "DecisionCurve",
    "DuplicatePair",
    "FeatureValues",
    "FeaturesFound",
    "Finding",
    "Importance",
    "Interval",
    "LearningCurve",
    "LearningCurves",
    "LookAlikesFound",
    "Mistake",
    "ModelResult",
    "OperatingPoint",
    "Operation",
    "OtherScores",
    "PairedTest",
    "Protocol",
    "Reliability",
    "ReliabilityBin",
    "RunFacts",
    "Spread",
    "Subgroup",
    "ThresholdTable",
    "Verdict",
    "check",
    "cochran_q",
    "compare",
    "corrected_t",
    "delong",
    "equivalence",
    "fit_model",
    "holm",
    "image_digests",
    "load_run",
    "mcnemar",
    "occlusion_maps",
    "save_run",
    "score_fitted",
]
