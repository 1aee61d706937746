"""What was found, drawn with matplotlib: the one place of the package that imports it."""

from imgpipe.evaluate.plots.confusion import plot_confusion
from imgpipe.evaluate.plots.decision import plot_decision
from imgpipe.evaluate.plots.leaderboard import plot_leaderboard
from imgpipe.evaluate.plots.learning import plot_learning
from imgpipe.evaluate.plots.reliability import plot_calibration
from imgpipe.evaluate.plots.roc import plot_precision_recall, plot_roc

__all__ = [
    "plot_calibration",
    "plot_confusion",
    "plot_decision",
    "plot_leaderboard",
    "plot_learning",
    "plot_precision_recall",
    "plot_roc",
]
