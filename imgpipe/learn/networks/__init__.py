"""Convolutional networks as scikit-learn classifiers. Importing this room imports torch."""

from imgpipe.learn.networks.architectures.filters import filter_bank
from imgpipe.learn.networks.architectures.networks import NETWORKS
from imgpipe.learn.networks.estimator import ConvNetClassifier
from imgpipe.learn.networks.export import save_onnx
from imgpipe.learn.networks.fitting.augment import Augmentation
from imgpipe.learn.networks.gradcam import grad_cam

__all__ = [
    "NETWORKS",
    "Augmentation",
    "ConvNetClassifier",
    "filter_bank",
    "grad_cam",
    "save_onnx",
]
