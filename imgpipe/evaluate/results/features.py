"""How the features that models lean on are distributed, and which of them say the same."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassValues:
    """Values of a feature on the held-out images of one class.

    `n` of them are numbers; `quantiles` are those of 5, 25, 50, 75 and 95 %, `shares` the share of
    the images in each bin.
    """

    name: str
    n: int
    quantiles: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class FeatureValues:
    """A feature's distribution by class, in its own unit.

    `importance` is the largest mean drop of the AUC over the models (`Importance`), `model` whose
    it is. `alone` is the AUC of the feature by itself, for the class that it tells best (`told`):
    0.5 or more, since its direction is seen on these images. Bins of equal width run from `low` to
    `high`, which leave out 0.5 % of the values on either side: those count in the outermost bins.
    `unit` is that of `imgpipe.features.catalogue`, in pixels where no spacing is known, or None.
    """

    feature: str
    unit: str | None
    ibsi: str | None
    importance: float
    model: str
    alone: float
    told: str
    low: float
    high: float
    classes: tuple[ClassValues, ...]


@dataclass(frozen=True)
class AlikeFeatures:
    """Features of which each two have a rank correlation of at least `least`, whatever its sign."""

    features: tuple[str, ...]
    least: float


@dataclass(frozen=True)
class FeaturesFound:
    """What the features of the models say of the held-out images.

    `images` were looked at, each once. `top` are the features that matter most to any model;
    features that only mean something together (HOG, LBP) are not among them. `compared` are those
    whose Spearman correlations are `rho`, in the order of a clustering, `alike` the groups among
    them that say the same. `hidden` classes, the smallest ones, are left out of the distributions.
    """

    images: int
    top: tuple[FeatureValues, ...]
    compared: tuple[str, ...]
    rho: tuple[tuple[float, ...], ...]
    alike: tuple[AlikeFeatures, ...]
    hidden: int = 0
