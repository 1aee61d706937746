"""What the lab's own models are trained on, and where they are kept."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import imgpipe
from imgpipe._common import cache_dir
from imgpipe._common.texts import Text, say

TITLES: dict[str, Text] = {
    "forest": say("Random forest"),
    "svm": say("SVM"),
    "cnn": say("CNN"),
}
"""The lab's own models, the quickest to train first."""
NETWORK: dict[str, Any] = {"filters": (8, 16, 32), "dense": 32, "batch_norm": True, "dropout": 0.2}
"""A small CNN: seconds to train, and enough for patches of 64 x 64 pixels."""


@dataclass(frozen=True)
class Recipe:
    """Patients of the package's nodules, and what is learnt of them.

    Parameters
    ----------
    train, watched, judged : int
        Patients that models learn from, that tell the CNN when to stop, and that only judge.
    seed : int
        Of the nodules and of the classifiers.
    families : tuple of str or "default"
        Of the features that SVM and forest see.
    epochs : int
        Of the CNN at most.
    """

    train: int = 100
    watched: int = 20
    judged: int = 60
    seed: int = 2026
    families: str | tuple[str, ...] = "default"
    epochs: int = 30

    @property
    def patients(self) -> int:
        """All patients."""
        return self.train + self.watched + self.judged

    def path_of(self, kind: str) -> Path:
        """Where a model of this version and these settings is kept."""
        told = json.dumps([imgpipe.__version__, kind, NETWORK, asdict(self)])
        key = hashlib.sha256(told.encode()).hexdigest()[:16]
        return cache_dir() / "lab" / f"{kind}-{key}.imgpipe"


def lacking(kind: str) -> Text | None:
    """Say what a model needs that is not installed."""
    if kind != "cnn" or find_spec("torch") is not None:
        return None
    return say("A CNN is trained where PyTorch is installed: pip install 'imgpipe[cnn]'")
