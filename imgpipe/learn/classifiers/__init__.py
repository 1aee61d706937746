"""Classifiers by name. To add one: write its file, and add its line to `CLASSIFIERS`."""

from typing import Any

from imgpipe._common import InputError
from imgpipe._common.registry import Registry
from imgpipe.learn.classifiers.boosted import BOOSTED, BoostedTrees
from imgpipe.learn.classifiers.builder import Builder
from imgpipe.learn.classifiers.dummy import DUMMY
from imgpipe.learn.classifiers.forest import FOREST
from imgpipe.learn.classifiers.knn import KNN, CalibratedNeighbours
from imgpipe.learn.classifiers.logistic import LOGISTIC
from imgpipe.learn.classifiers.networks import NETWORK_CLASSIFIERS
from imgpipe.learn.classifiers.svm import SVM, CalibratedSVM


def _check(name: str, builder: Any) -> None:
    if not isinstance(builder, Builder):
        raise InputError(
            f"the classifier {name!r} is of type {type(builder).__name__}; wrap the function that "
            "builds it: Builder(build, description)"
        )


CLASSIFIERS: Registry[Builder] = Registry(
    "classifier",
    "imgpipe.classifiers",
    {
        "svm": SVM,
        "forest": FOREST,
        "logistic": LOGISTIC,
        "knn": KNN,
        "boosted": BOOSTED,
        "dummy": DUMMY,
        **NETWORK_CLASSIFIERS,
    },
    _check,
)


def register(name: str, builder: Builder) -> None:
    """Add a classifier to `CLASSIFIERS`, for this process: `make_pipeline` then knows its name.

    A package that is installed adds its classifiers by entry points of the group
    ``imgpipe.classifiers`` instead; then the command line knows them too.

    Parameters
    ----------
    name : str
        A name that no classifier has, without spaces and commas.
    builder : Builder
        Makes it, unfitted.

    Raises
    ------
    InputError
        If the name is taken, or `builder` is no `Builder`.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from imgpipe import learn
    >>> learn.register("bayes", learn.Builder(lambda **_: GaussianNB(), "naive Bayes"))
    >>> learn.make_pipeline("bayes").steps[-1]
    ('classify', GaussianNB())
    >>> del learn.CLASSIFIERS["bayes"]
    """
    CLASSIFIERS.register(name, builder)


__all__ = [
    "CLASSIFIERS",
    "BoostedTrees",
    "Builder",
    "CalibratedNeighbours",
    "CalibratedSVM",
    "register",
]
