"""A random forest."""

from typing import TYPE_CHECKING, Any

from imgpipe.learn.classifiers.builder import Builder

if TYPE_CHECKING:
    from imgpipe.learn.classifiers.quick_forest import QuickForest


def build(random_state: int | None = 0, n_jobs: int | None = None) -> "QuickForest":
    """500 trees with classes weighted by their rarity."""
    from imgpipe.learn.classifiers.quick_forest import QuickForest

    return QuickForest(500, class_weight="balanced", random_state=random_state, n_jobs=n_jobs)


FOREST: Any = Builder(
    build,
    "random forest of 500 trees, classes weighted",
    grid={"max_features": ["sqrt", "log2"], "min_samples_leaf": [1, 3]},
)
