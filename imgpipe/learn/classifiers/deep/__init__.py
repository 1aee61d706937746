"""Convolutional networks as scikit-learn classifiers. Importing this room imports torch."""

from imgpipe.learn.classifiers.deep.augment import Augmentation
from imgpipe.learn.classifiers.deep.estimator import ConvNetClassifier
from imgpipe.learn.classifiers.deep.export import save_onnx
from imgpipe.learn.classifiers.deep.filters import filter_bank
from imgpipe.learn.classifiers.deep.gradcam import grad_cam
from imgpipe.learn.classifiers.deep.networks import NETWORKS

__all__ = [
    "NETWORKS",
    "Augmentation",
    "ConvNetClassifier",
    "filter_bank",
    "grad_cam",
    "save_onnx",
]
