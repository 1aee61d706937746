"""A model and the run that it was judged in, for the tests of pages on one prediction."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgpipe import bundle
from imgpipe.datasets import Dataset


@dataclass(frozen=True)
class Judged:
    """A model and where it was judged."""

    run: Path
    predictor: bundle.Predictor
    data: Dataset
    unseen: Dataset

    @property
    def result(self) -> dict[str, Any]:
        """What ``result.json`` holds."""
        found: dict[str, Any] = json.loads((self.run / "result.json").read_text())
        return found
