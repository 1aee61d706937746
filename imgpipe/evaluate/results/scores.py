"""What a model scored, what it cost, and where it went wrong."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe.evaluate.strict_json import NOT_KEPT, kept_as

if TYPE_CHECKING:
    from imgpipe.evaluate.results.calibration import Calibration
    from imgpipe.evaluate.results.operating_points import ConformalSets, Operation

METRICS = (
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "average_precision",
    "brier",
    "log_loss",
)
BINARY_METRICS = ("sensitivity", "specificity")
LOWER_IS_BETTER = frozenset({"brier", "log_loss"})
HIGHEST = {"brier": 2.0, "log_loss": float("inf")}  # of metrics that do not end at 1


@dataclass(frozen=True)
class Interval:
    """A metric's value with its 95 % interval; NaN where it is undefined.

    `seed_sd` is the standard deviation over the models' seeds (None for one seed).
    """

    value: float
    low: float
    high: float
    seed_sd: float | None = field(default=None, metadata=kept_as(sparse=True))


@dataclass(frozen=True)
class Curve:
    """A line to draw: for ROC, `x` is 1 - specificity and `y` sensitivity."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Importance:
    """Drop of the AUC when this feature, or block of features, is shuffled in held-out data.

    `low` and `high` are the smallest and largest drop over the repetitions.
    """

    feature: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Mistake:
    """A held-out image put confidently into the wrong class; `image` is uint8, for display.

    It is None for a row of a table of features, and where the pictures of a run are missing.

    `maps` tell what spoke for (up to 1) and against (down to -1) the class it was put into: pairs
    of a name, ``"occlusion"`` or for networks ``"Grad-CAM"``, and an array of the picture's size.
    """

    id: str
    index: int
    label: str
    predicted: str
    probability: float
    image: np.ndarray | None = field(default=None, repr=False, compare=False)
    maps: tuple[tuple[str, np.ndarray], ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class ModelResult:
    """One model's scores on held-out data, their price, and where it went wrong.

    `metrics` are the headline (the test part, or the mean over folds); `splits` holds them for
    ``"val"`` and ``"test"`` where splits were given. `confusion` has true classes as rows, summed
    over folds, of the first repeat and seed. `pipeline` is the fitted model: on the training part,
    or, in cross-validation, that of the first fold. `steps` says how each of its
    steps was set, random state and workers left out. `calibration`, `operation` (the positive
    class, or each class against the rest) and `conformal` are of the first repeat and seed, folds
    pooled.

    `cost` holds ``fit_cpu_seconds`` (CPU time of a fit of all steps that learn, features not
    included, mean over fits), ``feature_seconds`` (CPU time of the features of all images; models
    on the same features share them), ``predict_ms_per_image`` and ``predict_ms_p95`` (median and
    95th percentile of the wait for one image, features included), ``predict_cpu_ms_per_image``
    (its CPU time), ``images_per_second`` (up to 64 at once), ``predict_threads`` (by how many
    threads), ``model_bytes`` (the file, uncompressed), and where asked for ``cold_start_seconds``,
    ``cold_start_cpu_seconds`` and ``peak_rss_bytes`` (a process of its own that loads the model
    and predicts one image). Networks add ``parameters`` and ``epochs``.
    """

    name: str
    metrics: dict[str, Interval]
    splits: dict[str, dict[str, Interval]]
    roc: tuple[Curve, ...]
    confusion: np.ndarray = field(compare=False)
    cost: dict[str, float]
    importances: tuple[Importance, ...]
    mistakes: tuple[Mistake, ...]
    best_params: dict[str, Any] | None = None
    calibration: "Calibration | None" = None
    operation: "tuple[Operation, ...]" = ()
    conformal: "ConformalSets | None" = None
    steps: dict[str, str] = field(default_factory=dict)
    pipeline: Any = field(default=None, repr=False, compare=False, metadata=NOT_KEPT)
