"""scikit-learn estimators over images: filters, features, pipelines and classifiers by name.

Its files load on first use, since what a kept model predicts with needs no scikit-learn.
"""

from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily

if TYPE_CHECKING:
    from imgpipe.learn.cases import TrainingCases
    from imgpipe.learn.classifiers import CLASSIFIERS, Builder, register
    from imgpipe.learn.filters import Filter
    from imgpipe.learn.fitting import fit_model
    from imgpipe.learn.pipelines import make_pipeline
    from imgpipe.learn.segment import Segment
    from imgpipe.learn.trained import TrainedModel
    from imgpipe.learn.training import fit
    from imgpipe.learn.transformers import FeatureExtractor

_HOMES = {
    "CLASSIFIERS": "classifiers",
    "Builder": "classifiers",
    "FeatureExtractor": "transformers",
    "Filter": "filters",
    "Segment": "segment",
    "TrainedModel": "trained",
    "TrainingCases": "cases",
    "fit": "training",
    "fit_model": "fitting",
    "make_pipeline": "pipelines",
    "register": "classifiers",
}

__all__ = [
    "CLASSIFIERS",
    "Builder",
    "FeatureExtractor",
    "Filter",
    "Segment",
    "TrainedModel",
    "TrainingCases",
    "fit",
    "fit_model",
    "make_pipeline",
    "register",
]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
