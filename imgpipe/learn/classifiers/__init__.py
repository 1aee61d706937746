"""Classifiers by name. To add one: write its file, and add its line to `CLASSIFIERS`."""

from imgpipe.learn.classifiers._builder import Builder
from imgpipe.learn.classifiers.cnn import CNN, CNN_DEEP, CNN_LARGE, RESNET18_28, VGG16
from imgpipe.learn.classifiers.dummy import DUMMY
from imgpipe.learn.classifiers.forest import FOREST
from imgpipe.learn.classifiers.svm import SVM, CalibratedSVM

CLASSIFIERS: dict[str, Builder] = {
    "svm": SVM,
    "forest": FOREST,
    "dummy": DUMMY,
    "cnn": CNN,
    "cnn-deep": CNN_DEEP,
    "cnn-large": CNN_LARGE,
    "vgg16": VGG16,
    "resnet18-28": RESNET18_28,
}

__all__ = ["CLASSIFIERS", "Builder", "CalibratedSVM"]
