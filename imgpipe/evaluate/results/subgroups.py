"""How models do on a part of the patients."""

from dataclasses import dataclass

from imgpipe.evaluate.results.scores import Interval


@dataclass(frozen=True)
class Subgroup:
    """Scores on the held-out images of which `column` says `name`.

    `counts` are the held-out images of each class, `patients` how many they are of (None where
    they are not known); `metrics` are by model, of the folds of a repeat together.
    """

    column: str
    name: str
    images: int
    patients: int | None
    counts: dict[str, int]
    metrics: dict[str, dict[str, Interval]]
