"""What the registry knows of a classifier."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Builder:
    """Makes an unfitted classifier: ``builder(random_state=0, n_jobs=None)``.

    Parameters
    ----------
    build : callable
        Takes `random_state` and `n_jobs`, returns a scikit-learn classifier with
        ``predict_proba``. Its ``fit`` may also take `groups` (to split inside without dividing a
        patient) and `validation` (a pair of images or features, and labels, for early stopping).
    description : str
        One line for people.
    grid : dict, optional
        What `compare` may tune: parameter name to its values. The default is always tried too.
    raw_images : bool
        The classifier takes images, not features, and has a parameter `channel_axis`.
    """

    build: Callable[..., Any]
    description: str
    grid: dict[str, list[Any]] = field(default_factory=dict)
    raw_images: bool = False

    def __call__(self, random_state: int | None = 0, n_jobs: int | None = None) -> Any:
        """Build the classifier."""
        return self.build(random_state=random_state, n_jobs=n_jobs)
