"""Settings and models of the wrong type, refused before anything is computed."""

import math
from numbers import Integral, Real
from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from imgpipe._common import InputError


def network_of(model: Any) -> Any:
    """Give the network's classifier: the model, or the only step of a pipeline of one.

    Raises
    ------
    InputError
        For anything else; a pipeline's other steps would be lost without a word.
    """
    if isinstance(model, Pipeline):
        if len(model.steps) > 1:
            raise InputError(
                "the pipeline has steps before its network; give its last step, pipeline[-1], and "
                "images as they come out of pipeline[:-1]"
            )
        model = model.steps[0][1]
    if not hasattr(model, "grad_cam"):
        raise InputError(f"model is of type {type(model).__name__}; give a ConvNetClassifier")
    check_is_fitted(model)
    return model


def require_number(name: str, value: Any, *, whole: bool = False) -> None:
    """Refuse what is no number, no finite one, or no whole one where that is wanted."""
    kind: Any = Integral if whole else Real
    if isinstance(value, bool) or not isinstance(value, kind):
        raise InputError(f"{name} is {value!r}; give a {'whole ' if whole else ''}number")
    if math.isinf(value):
        raise InputError(f"{name} is {value}; give a finite number")
