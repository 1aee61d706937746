"""scikit-learn estimators over images: filters, features, pipelines and classifiers by name."""

from imgpipe.learn.cases import TrainingCases
from imgpipe.learn.classifiers import CLASSIFIERS, Builder, register
from imgpipe.learn.filters import Filter
from imgpipe.learn.fitting import fit_model
from imgpipe.learn.pipelines import make_pipeline
from imgpipe.learn.training import TrainedModel, fit
from imgpipe.learn.transformers import FeatureExtractor

__all__ = [
    "CLASSIFIERS",
    "Builder",
    "FeatureExtractor",
    "Filter",
    "TrainedModel",
    "TrainingCases",
    "fit",
    "fit_model",
    "make_pipeline",
    "register",
]
