"""What speaks for one prediction: images of the training like it, and features."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class NearCase:
    """A training image near to one that was predicted.

    `distance` is the root of the mean squared difference of the features, each in standard
    deviations of the training images.
    """

    id: str
    label: str
    distance: float
    picture: np.ndarray | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Neighbours:
    """The nearest of `among` training images, which are all `of` them, or a sample by class.

    `farther` is the share of these training images whose own nearest one (of another patient, where
    patients are known) is less far off than the first of `cases` is from the image predicted.
    """

    cases: tuple[NearCase, ...]
    among: int
    of: int
    farther: float

    @property
    def unlike(self) -> bool:
        """Whether the image lies farther off than 99 % of the training images do."""
        return self.farther > 0.99


@dataclass(frozen=True)
class Quartiles:
    """Of a feature in the training images of one class."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Reason:
    """Features that go together, and the probability without what they say of this image.

    `feature` stands for all `features`: a block such as HOG, whose `value` is None, or one of those
    that are all but equal in training (rank correlation of .9 or more). `without` is the mean
    probability of the predicted class with these features taken from each of a few training
    images; `change` is what that takes away: above 0 they speak for the class, below 0 against it.
    `span` holds the 5th and 95th percentile of the feature in training.
    """

    feature: str
    features: tuple[str, ...]
    unit: str
    value: float | None
    typical: dict[str, Quartiles]
    span: tuple[float, float] | None
    without: float
    change: float
