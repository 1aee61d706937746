"""Whether results that were read belong together: what every page takes for granted."""

from datetime import datetime

from imgpipe._common import InputError
from imgpipe.evaluate.results import Comparison
from imgpipe.evaluate.scores.metrics import metric_names


def check_whole(comparison: Comparison, file: str) -> None:
    """Refuse results without models, scores of other metrics, or matrices of other classes.

    Raises
    ------
    InputError
        Naming `file` and the place in it.
    """
    classes = comparison.dataset.classes
    if not comparison.models:
        raise InputError(f"{file}: models is empty; a run has one at least")
    if not classes or len(set(classes)) < len(classes):
        raise InputError(
            f"{file}: dataset.classes is {list(classes)}; different names are expected"
        )
    for model in comparison.models:
        missing = [name for name in metric_names(len(classes)) if name not in model.metrics]
        if missing:
            raise InputError(f"{file}: models.{model.name}.metrics.{missing[0]} is missing")
        if model.confusion.shape != (len(classes), len(classes)):
            raise InputError(
                f"{file}: models.{model.name}.confusion has the shape {model.confusion.shape}; "
                f"there are {len(classes)} classes"
            )
    try:
        datetime.fromisoformat(comparison.run.started)
    except ValueError:
        raise InputError(
            f"{file}: run.started is {comparison.run.started!r}; a date and a time are expected"
        ) from None
