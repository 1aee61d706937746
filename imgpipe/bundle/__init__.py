"""Trained models as files, what such a file predicts and why, and how well.

`save` writes a model, `load` reads one back as a `Predictor`, `explain` says what speaks for one of
its predictions, `score` judges it on labelled images, `make_card` says what is known of it.
"""

from imgpipe.bundle.card import found_in_run, make_card
from imgpipe.bundle.explaining import Explained, explain
from imgpipe.bundle.files import check_suffix, load, save
from imgpipe.bundle.predictor import Predictions, Predictor
from imgpipe.bundle.scoring import score

__all__ = [
    "Explained",
    "Predictions",
    "Predictor",
    "check_suffix",
    "explain",
    "found_in_run",
    "load",
    "make_card",
    "save",
    "score",
]
