"""The door to the convolutional networks: always listed, torch is imported when one is built."""

from functools import partial
from typing import Any

from imgpipe._common import InputError
from imgpipe.learn.classifiers.builder import Builder
from imgpipe.learn.networks import NETWORKS

INSTALL = "pip install torch, or pip install 'imgpipe[cnn]'"


def build(network: str, random_state: int | None = 0, n_jobs: int | None = None) -> Any:
    """Make the named network's classifier with its own default settings."""
    require_torch(network)
    from imgpipe.learn.networks import Augmentation, ConvNetClassifier

    architecture = NETWORKS[network]
    settings = dict(architecture.defaults)
    if architecture.augment:
        settings["augment"] = Augmentation(**architecture.augment)
    return ConvNetClassifier(network, random_state=random_state, n_jobs=n_jobs, **settings)


def require_torch(network: str = "cnn") -> None:
    """Say what to install where torch is missing."""
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        raise InputError(f"the model {network} needs PyTorch: {INSTALL}") from None


NETWORK_CLASSIFIERS = {
    name: Builder(
        partial(build, name),
        f"{architecture.description}; needs the extra [cnn]",
        grid={"learning_rate": [1e-3, 3e-4], "l2": [0.0, 1e-4]},
        raw_images=True,
    )
    for name, architecture in NETWORKS.items()
}
