"""The door to the convolutional networks: always listed, torch is imported when one is built."""

from functools import partial
from typing import Any

from imgpipe._common import InputError
from imgpipe.learn.classifiers._builder import Builder

INSTALL = "pip install torch, or pip install 'imgpipe[cnn]'"
# Where a network was not tuned by us, its settings are those its authors or textbooks use.
_SETTINGS: dict[str, dict[str, Any]] = {
    "cnn": {},
    "cnn-deep": {},
    "cnn-large": {"batch_size": 32, "learning_rate": 3e-4},
    "vgg16": {"batch_size": 32, "learning_rate": 1e-4},
    "resnet18-28": {"batch_size": 128, "dropout": 0.0, "epochs": 8},
}
_LARGE = {"crop": 8}  # pixels, for images of about 224


def build(network: str, random_state: int | None = 0, n_jobs: int | None = None) -> Any:
    """Make the named network's classifier with its default settings."""
    require_torch(network)
    from imgpipe.learn.networks import Augmentation, ConvNetClassifier

    settings = dict(_SETTINGS[network])
    if network in ("cnn-large", "vgg16"):
        settings["augment"] = Augmentation(**_LARGE)
    return ConvNetClassifier(network, random_state=random_state, n_jobs=n_jobs, **settings)


def require_torch(network: str = "cnn") -> None:
    """Say what to install where torch is missing."""
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        raise InputError(f"the model {network} needs PyTorch: {INSTALL}") from None


def _registered(network: str, description: str) -> Any:
    return Builder(
        partial(build, network),
        f"{description}; needs the extra [cnn]",
        grid={"learning_rate": [1e-3, 3e-4], "l2": [0.0, 1e-4]},
        raw_images=True,
    )


CNN: Any = _registered("cnn", "two convolution blocks (32, 64) and a dense head, for 28x28 images")
CNN_DEEP: Any = _registered("cnn-deep", "three convolution layers (32, 64, 64), for 32x32 images")
CNN_LARGE: Any = _registered(
    "cnn-large", "three convolution blocks (32, 64, 128) and a dense 512, for 224x224 images"
)
VGG16: Any = _registered("vgg16", "VGG16 with a new head, pretrained where a weights file is given")
RESNET18_28: Any = _registered("resnet18-28", "ResNet-18 for small images, as in MedMNIST")
