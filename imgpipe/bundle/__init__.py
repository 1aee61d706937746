"""Trained models as files, what such a file predicts and why, and how well.

`save` writes a model, `load` reads one back as a `Predictor`, `explain` says what speaks for one of
its predictions, `predict_in_parts` predicts any number of images, `export` writes it as one ONNX
graph, `score` judges it on labelled images, `make_card` says what is known of it, and `inspect`
shows what a file says. Reading a bundle and predicting need no scikit-learn, so the files load on
first use.
"""

from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily

if TYPE_CHECKING:
    from imgpipe.bundle.card import check_note, found_in_run, make_card
    from imgpipe.bundle.detection.inspected import InspectedDetector
    from imgpipe.bundle.explaining import Explained, explain
    from imgpipe.bundle.exporting import Exported, export
    from imgpipe.bundle.files import load, load_predictor, save
    from imgpipe.bundle.inspecting import inspect
    from imgpipe.bundle.model_card.inspected import Inspected
    from imgpipe.bundle.pixels.inspected import InspectedPixels
    from imgpipe.bundle.predicting import predict_in_parts
    from imgpipe.bundle.predictions import Predictions
    from imgpipe.bundle.predictor import Predictor
    from imgpipe.bundle.scoring.score import score
    from imgpipe.bundle.suffix import check_suffix
    from imgpipe.bundle.writing.ahead import check_writable

_HOMES = {
    "Explained": "explaining",
    "Exported": "exporting",
    "Inspected": "model_card.inspected",
    "InspectedDetector": "detection.inspected",
    "InspectedPixels": "pixels.inspected",
    "Predictions": "predictions",
    "Predictor": "predictor",
    "check_note": "card",
    "check_suffix": "suffix",
    "check_writable": "writing.ahead",
    "explain": "explaining",
    "export": "exporting",
    "found_in_run": "card",
    "inspect": "inspecting",
    "load": "files",
    "load_predictor": "files",
    "make_card": "card",
    "predict_in_parts": "predicting",
    "save": "files",
    "score": "scoring.score",
}

__all__ = [
    "Explained",
    "Exported",
    "Inspected",
    "InspectedDetector",
    "InspectedPixels",
    "Predictions",
    "Predictor",
    "check_note",
    "check_suffix",
    "check_writable",
    "explain",
    "export",
    "found_in_run",
    "inspect",
    "load",
    "load_predictor",
    "make_card",
    "predict_in_parts",
    "save",
    "score",
]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
