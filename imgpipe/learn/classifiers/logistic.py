"""Logistic regression."""

from typing import TYPE_CHECKING, Any

from imgpipe.learn.classifiers.builder import Builder

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression


def build(random_state: int | None = 0, n_jobs: int | None = None) -> "LogisticRegression":
    """Strong L2 penalty, C = 0.01; its probabilities follow the classes' shares as they are."""
    from sklearn.linear_model import LogisticRegression

    # one L-BFGS fit has nothing to share among workers
    return LogisticRegression(C=0.01, max_iter=1000, random_state=random_state)


LOGISTIC: Any = Builder(
    build,
    "logistic regression with an L2 penalty",
    grid={"C": [0.01, 0.001, 0.003, 0.03, 0.1]},
)
