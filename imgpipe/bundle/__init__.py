"""Trained models as files, what such a file predicts, and how well.

`save` writes a model, `load` reads one back as a `Predictor`, `score` judges it on labelled images.
"""

from imgpipe.bundle.files import check_suffix, load, save
from imgpipe.bundle.predictor import Predictions, Predictor
from imgpipe.bundle.scoring import score

__all__ = ["Predictions", "Predictor", "check_suffix", "load", "save", "score"]
