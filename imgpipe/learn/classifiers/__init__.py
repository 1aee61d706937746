"""Classifiers by name. To add one: write its file, and add its line to `CLASSIFIERS`."""

from imgpipe.learn.classifiers._builder import Builder
from imgpipe.learn.classifiers.dummy import DUMMY
from imgpipe.learn.classifiers.forest import FOREST
from imgpipe.learn.classifiers.networks import NETWORK_CLASSIFIERS
from imgpipe.learn.classifiers.svm import SVM, CalibratedSVM

CLASSIFIERS: dict[str, Builder] = {
    "svm": SVM,
    "forest": FOREST,
    "dummy": DUMMY,
    **NETWORK_CLASSIFIERS,
}

__all__ = ["CLASSIFIERS", "Builder", "CalibratedSVM"]
