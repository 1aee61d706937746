"""Whether a bundle says what the pipeline said that it was made of."""

from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.deploy.models import Kept
from imgpipe import bundle

LIMITS = {"cnn": 1e-4}
LIMIT = 1e-6


@dataclass(frozen=True)
class Parity:
    """Over a whole stack of images."""

    images: int
    difference: float
    flipped: int
    limit: float

    @property
    def held(self) -> bool:
        """Whether what is timed gives the same answers."""
        return self.flipped == 0 and self.difference <= self.limit


def compare(kept: Kept, stack: np.ndarray) -> dict[str, float]:
    """Probabilities of both files; stops where they differ, for wrong answers are not timed."""
    ours = bundle.load(kept.bundle).predict_proba(stack)
    theirs = bundle.load(kept.joblib, trust=True).predict_proba(stack)
    found = Parity(
        len(stack),
        float(np.abs(ours - theirs).max()),
        int((ours.argmax(axis=1) != theirs.argmax(axis=1)).sum()),
        LIMITS.get(kept.name, LIMIT),
    )
    if not found.held:
        raise SystemExit(f"{kept.name}: the bundle and the pipeline differ: {found}")
    return asdict(found)
