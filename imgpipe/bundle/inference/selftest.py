"""The self-test of a bundle: made-up inputs, and whether this machine makes of them the same."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.inference.selftest_images import digest_of, made_up_images
from imgpipe.learn.trained import TrainedModel

if TYPE_CHECKING:
    from imgpipe.bundle.archive.bundled import Bundled

IMAGES = 2
POINTS = 4
_TOLERANCES = {"network": 1e-4}
_TOLERANCE = 1e-6  # as the gate at saving


@dataclass(frozen=True)
class Selftested:
    """What a self-test found here.

    `difference` is the largest between two probabilities, `features` the largest between two
    features of a made-up image, as a share of the larger (None where no features were kept).
    """

    difference: float
    tolerance: float
    features: float | None = None

    @property
    def passed(self) -> bool:
        """Whether this machine gives the model's probabilities."""
        return self.difference <= self.tolerance

    def __str__(self) -> str:
        size = f"{self.difference:.0e}" if self.difference else "0"
        largest = f"(largest difference {size})"
        if self.passed:
            return f"this machine gives the model's probabilities {largest}"
        return (
            f"this machine gives other probabilities than the model gave when it was written "
            f"{largest}; at most {self.tolerance:.0e} is rounding"
        )


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
    said = [model.pipeline.classify(measured)]
    if "selftest.points" in bundled.arrays:
        said.append(model.pipeline.classify(bundled.arrays["selftest.points"]))
    return Selftested(
        float(np.abs(np.concatenate(said) - expected).max()),
        _TOLERANCES.get(str(bundled.manifest.fitted["kind"]), _TOLERANCE),
        _apart(measured, bundled.arrays.get("selftest.features")),
    )


def _apart(measured: np.ndarray, expected: np.ndarray | None) -> float | None:
    """Largest difference of two features as a share of the larger; infinite where one is NaN."""
    if expected is None:
        return None
    if not np.array_equal(np.isnan(measured), np.isnan(expected)):
        return float("inf")
    size = np.maximum(np.abs(measured), np.abs(expected))
    share = np.abs(measured - expected) / np.where(size > 0, size, 1.0)
    return float(np.nanmax(share, initial=0.0))
