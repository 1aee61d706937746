"""The baseline that looks at no image."""

from typing import Any

from sklearn.dummy import DummyClassifier

from imgpipe.learn.classifiers.builder import Builder


def build(random_state: int | None = 0, n_jobs: int | None = None) -> DummyClassifier:
    """Predict the classes' shares in the training part."""
    return DummyClassifier(strategy="prior", random_state=random_state)


DUMMY: Any = Builder(build, "the most frequent class, whatever the image")
