"""scikit-learn estimators over images: filters, features, pipelines and classifiers by name."""

from imgpipe.learn.classifiers import CLASSIFIERS
from imgpipe.learn.pipelines import make_pipeline
from imgpipe.learn.transformers import FeatureExtractor, Filter

__all__ = ["CLASSIFIERS", "FeatureExtractor", "Filter", "make_pipeline"]
