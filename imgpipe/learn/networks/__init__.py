"""Convolutional networks as scikit-learn classifiers. torch is imported with the first of them."""

import os
from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily
from imgpipe.learn.networks.registry import NETWORKS

if TYPE_CHECKING:
    from imgpipe.learn.networks.estimator import ConvNetClassifier
    from imgpipe.learn.networks.export import save_onnx
    from imgpipe.learn.networks.fitting.augment import Augmentation
    from imgpipe.learn.networks.gradcam import grad_cam
    from imgpipe.learn.networks.layers.filters import filter_bank

# read by OpenMP when torch is loaded: on a busy machine, threads that wait by spinning took four
# times the CPU and the time
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_HOMES = {
    "Augmentation": "fitting.augment",
    "ConvNetClassifier": "estimator",
    "filter_bank": "layers.filters",
    "grad_cam": "gradcam",
    "save_onnx": "export",
}

__all__ = [
    "NETWORKS",
    "Augmentation",
    "ConvNetClassifier",
    "filter_bank",
    "grad_cam",
    "save_onnx",
]


__getattr__ = lazily(__name__, _HOMES)
