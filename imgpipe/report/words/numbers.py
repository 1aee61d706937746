"""Numbers, sizes and names as a reader wants them."""

import math
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, say

if TYPE_CHECKING:
    from imgpipe.evaluate import Interval

# in the order of columns: what a reader looks for first stands where no table is scrolled
METRICS = {
    "auc": say("AUC"),
    "sensitivity": say("Sensitivity"),
    "specificity": say("Specificity"),
    "balanced_accuracy": say("Balanced accuracy"),
    "accuracy": say("Accuracy"),
    "average_precision": say("Average precision"),
    "f1": say("F1"),
    "precision": say("Precision"),
    "recall": say("Recall"),
    "brier": say("Brier score"),
    "log_loss": say("Log loss"),
}
_COSTS = {
    "fit_cpu_seconds": say("Fitting alone, CPU"),
    "fit_seconds": say("Fitting"),
    "feature_seconds": say("All features, CPU"),
    "predict_ms_per_image": say("One image, wait"),
    "predict_ms_p95": say("95th percentile"),
    "predict_cpu_ms_per_image": say("One image, CPU time"),
    "images_per_second": say("Images a second"),
    "predict_threads": say("Threads"),
    "cold_start_seconds": say("Cold start"),
    "cold_start_cpu_seconds": say("Cold start, CPU"),
    "peak_rss_bytes": say("Peak memory"),
    "model_bytes": say("Size of the file"),
    "parameters": say("Trained weights"),
    "epochs": say("Epochs"),
}


def number(value: float | None, digits: int = 3) -> str:
    """Round a score to a fixed number of digits; a dash where it does not exist.

    Examples
    --------
    >>> number(0.98765), number(-0.25), number(-0.00001), number(float("nan"))
    ('0.988', '−0.250', '0.000', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    return f"{value:z.{digits}f}".replace("-", "−")


def interval(score: "Interval") -> str:
    """Write the interval's two ends; nothing where there is none.

    A dash would be taken for a sign beside numbers below zero.
    """
    if any(v is None or math.isnan(v) for v in (score.low, score.high)):
        return ""
    low, high = number(score.low), number(score.high)
    return say("{low} to {high}", low=low, high=high) if score.low < 0 else f"{low}–{high}"


def spread(score: "Interval") -> str:
    """Write the standard deviation over seeds; nothing where there was one seed."""
    return "" if score.seed_sd is None else f"± {number(score.seed_sd)}"


def metric_name(key: str) -> Text:
    """Spell a metric's name as the field does."""
    return METRICS.get(key) or Text(key.replace("_", " ").capitalize())


def cost(key: str, value: object) -> tuple[Text, str]:
    """Give a cost's name, and its value with a unit."""
    name = _COSTS.get(key) or Text(key.replace("_", " ").capitalize())
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return name, "–"
    if not isinstance(value, (int, float)):
        return name, str(value)
    if key.endswith("_bytes"):
        return name, size(value)
    if "_ms" in key:
        return name, milliseconds(value)
    if "seconds" in key:
        return name, duration(value)
    if key == "images_per_second":
        return name, figure(value)
    return name, f"{value:,}" if isinstance(value, int) else figure(value, 4)


def figure(value: float, digits: int = 3) -> str:
    """Write so many digits that count, and no power of ten.

    Examples
    --------
    >>> figure(0.41264), figure(1784.2), figure(0.000041), figure(999.9), figure(0.0)
    ('0.413', '1,780', '0.000041', '1,000', '0')
    """
    text = f"{float(f'{value:.{digits}g}'):,.12f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def size(count: float) -> str:
    """Write bytes in the unit that keeps the number short."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{figure(count)} {unit}" if unit != "B" else f"{count:.0f} B"
        count /= 1000
    return f"{figure(count)} GB"


def milliseconds(value: float) -> str:
    """Write milliseconds, a second or more in seconds.

    Examples
    --------
    >>> milliseconds(14.146), milliseconds(1784.2), milliseconds(999.9)
    ('14.1 ms', '1.8 s', '1,000 ms')
    """
    return duration(value / 1000) if value >= 1000 else f"{figure(value)} ms"


def duration(seconds: float) -> str:
    """Write seconds in units that fit the length."""
    if seconds < 1:
        return f"{figure(seconds * 1000)} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
