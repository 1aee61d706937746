"""All networks. A line here makes one public: a classifier by its name, under every shared test."""

from imgpipe._common import unknown_name
from imgpipe.learn.networks.architecture import Architecture
from imgpipe.learn.networks.architectures import cnn, resnet18_28, vgg16

NETWORKS: dict[str, Architecture] = {
    network.name: network
    for network in (
        cnn.CNN,
        cnn.CNN_DEEP,
        cnn.CNN_LARGE,
        vgg16.VGG16,
        resnet18_28.RESNET18_28,
    )
}


def architecture_of(name: object) -> Architecture:
    """Look a network up by its name."""
    if not isinstance(name, str) or name not in NETWORKS:
        raise unknown_name("network", name, NETWORKS)
    return NETWORKS[name]
