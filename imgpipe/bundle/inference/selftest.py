"""The self-test of a bundle: made-up inputs, and whether this machine makes of them the same."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.novelty import distance_apart, distances_of
from imgpipe.bundle.inference.selftest_images import digest_of, made_up_images
from imgpipe.learn.trained import TrainedModel

if TYPE_CHECKING:
    from imgpipe.bundle.archive.bundled import Bundled

IMAGES = 2
POINTS = 4
_TOLERANCES = {"network": 1e-4}
_TOLERANCE = 1e-6  # as the gate at saving
_LEAST = 1e-9  # size of a feature, below which a difference is rounding


@dataclass(frozen=True)
class Selftested:
    """What a self-test found here.

    `difference` is the largest between two probabilities; `features` the largest between two
    features of a made-up image, as a share of the larger or, if that is more, of the feature's
    standard deviation in training, and 1 where only one of them is defined; `distances` the largest
    between two distances to the training images, as a share of the distance, or of the limit within
    it. The latter two are None where none were kept; `relative_tolerance` is allowed of them.
    """

    difference: float
    tolerance: float
    features: float | None = None
    distances: float | None = None
    relative_tolerance: float = _TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether this machine gives the model's probabilities, features and distances."""
        return not any(found > most for _, found, most in self._judged())

    def __str__(self) -> str:
        judged = self._judged()
        others = [each for each in judged if each[1] > each[2]]
        if not others:
            return f"this machine gives the model's {_listed(judged)}"
        names = " and ".join(name for name, _, _ in others)
        return (
            f"this machine gives other {names} than the model gave when it was written: "
            f"{_listed(others)}; at most {' and '.join(f'{most:.0e}' for *_, most in others)} is "
            "rounding"
        )

    def _judged(self) -> list[tuple[str, float, float]]:
        """What was compared, its largest difference, and what is allowed."""
        each = (
            ("probabilities", self.difference, self.tolerance),
            ("features", self.features, self.relative_tolerance),
            ("distances", self.distances, self.relative_tolerance),
        )
        return [(name, found, most) for name, found, most in each if found is not None]


def _listed(judged: list[tuple[str, float, float]]) -> str:
    sizes = [f"{name} to {found:.0e}" if found else f"{name} exactly" for name, found, _ in judged]
    return ", ".join(sizes)


def run_selftest(model: TrainedModel, bundled: "Bundled") -> Selftested | None:
    """Let a bundle's model judge its made-up inputs again; None where the bundle has none."""
    told = bundled.manifest.selftest
    if told is None:
        return None
    expected = bundled.arrays["selftest.probabilities"]
    images = made_up_images(model, told.images)
    if digest_of(images) != told.sha256:
        raise InputError(
            f"the self-test was written by imgpipe {bundled.manifest.written_by.get('imgpipe')}, "
            "which made other images for it"
        )
    measured = model.pipeline.measure(images)
    rows = [measured]
    if "selftest.points" in bundled.arrays:
        rows.append(bundled.arrays["selftest.points"])
    said = np.concatenate([model.pipeline.classify(each) for each in rows])
    features, far = map(bundled.arrays.get, ("selftest.features", "selftest.distances"))
    novelty, apart = model.novelty, None
    if far is not None and novelty is not None:
        apart = distance_apart(distances_of(novelty, images, rows), far)
    return Selftested(
        float(np.abs(said - expected).max()),
        _TOLERANCES.get(str(bundled.manifest.fitted["kind"]), _TOLERANCE),
        None if features is None else features_apart(model, measured, features),
        apart,
    )


def features_apart(model: TrainedModel, measured: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference of two features, as `Selftested` tells it."""
    usual = np.float64(_LEAST)
    if model.summary is not None:
        usual = np.fmax(model.summary.moments()[1], _LEAST)
    size = np.fmax(np.fmax(np.abs(measured), np.abs(expected)), usual)
    with np.errstate(invalid="ignore"):  # of infinite ones
        share = np.abs(measured - expected) / size
    same = (measured == expected) | (np.isnan(measured) & np.isnan(expected))
    return float(np.where(same, 0.0, np.nan_to_num(share, nan=1.0)).max(initial=0.0))
