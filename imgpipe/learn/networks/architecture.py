"""What the registry knows of a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imgpipe.learn.networks.settings import Choices

# (channels, classes, choices, (height, width)) to (features, head)
Build = Callable[[int, int, Choices, tuple[int, int]], tuple[Any, Any]]


@dataclass(frozen=True)
class Architecture:
    """A network by name: how its layers are built, and the settings that it is trained with.

    Attributes
    ----------
    name : str
        Key in `NETWORKS`, and in `imgpipe.learn.CLASSIFIERS`.
    description : str
        One line for people.
    build : callable
        ``build(channels, n_classes, choices, size) -> (features, head)``: the layers up to the last
        convolution, which Grad-CAM reads, and those from there to the logits. It imports torch in
        its body, so that the network can be listed without. A layer of a class of its own says by
        a method ``to_onnx(graph, x)`` how it is exported, as those in `layers` do.
    min_size : int
        Shorter side of the smallest images, in pixels: one is left after the last pooling.
    made_for : int, optional
        Side of the images that it is made for, in pixels: a warning names it for much larger ones.
    channels : int, optional
        Channels of the first convolution; None for as many as the images have.
    fixed : tuple of str
        Choices that it does not offer.
    defaults : mapping
        Settings of `ConvNetClassifier` that differ from its own: where we did not tune them, those
        of the authors or of textbooks.
    augment : mapping
        Settings of `Augmentation` that differ from its own.
    pretrained : callable, optional
        ``pretrained(features, path, sha256)`` copies a file of weights into the features.
    """

    name: str
    description: str
    build: Build
    min_size: int
    channels: int | None = None
    fixed: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    augment: Mapping[str, Any] = field(default_factory=dict)
    pretrained: Callable[[Any, Any, str | None], None] | None = None
    made_for: int | None = None
