"""Frozen results: what `compare` found, one subject a file."""

from imgpipe.evaluate.results.calibration import Calibration, Reliability, ReliabilityBin
from imgpipe.evaluate.results.canaries import Canary
from imgpipe.evaluate.results.comparison import Comparison
from imgpipe.evaluate.results.data import Copies, DataCard, DuplicatePair, Example
from imgpipe.evaluate.results.features import (
    AlikeFeatures,
    ClassValues,
    FeaturesFound,
    FeatureValues,
)
from imgpipe.evaluate.results.findings import Finding
from imgpipe.evaluate.results.joined import JoinedRuns, NamedRun, Unpaired
from imgpipe.evaluate.results.learning import Crossing, LearningCurve, LearningCurves
from imgpipe.evaluate.results.lookalikes import (
    AlikeCount,
    AlikeGroup,
    LookAlikesFound,
    OtherScores,
)
from imgpipe.evaluate.results.operating_points import (
    ConformalSets,
    Counts,
    DecisionCurve,
    OperatingPoint,
    Operation,
    ThresholdTable,
)
from imgpipe.evaluate.results.run import Protocol, RunFacts
from imgpipe.evaluate.results.scores import (
    BINARY_METRICS,
    HIGHEST,
    LOWER_IS_BETTER,
    METRICS,
    Curve,
    Importance,
    Interval,
    Mistake,
    ModelResult,
)
from imgpipe.evaluate.results.subgroups import Subgroup
from imgpipe.evaluate.results.verdicts import PairedTest, Spread, Verdict

__all__ = [
    "BINARY_METRICS",
    "HIGHEST",
    "LOWER_IS_BETTER",
    "METRICS",
    "AlikeCount",
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
    "Example",
    "FeatureValues",
    "FeaturesFound",
    "Finding",
    "Importance",
    "Interval",
    "JoinedRuns",
    "LearningCurve",
    "LearningCurves",
    "LookAlikesFound",
    "Mistake",
    "ModelResult",
    "NamedRun",
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
    "Unpaired",
    "Verdict",
]
