"""Clones of a classifier with a seed, a budget, or no workers."""

from typing import Any

from sklearn.base import clone


def with_seed(model: Any, seed: int, *, override: bool) -> Any:
    """Clone with every unset random_state set to `seed`; the set ones too with `override`."""
    model = clone(model)
    chosen = {
        key: seed
        for key, value in model.get_params(deep=True).items()
        if key.split("__")[-1] == "random_state" and (override or value is None)
    }
    return model.set_params(**chosen)


def unparallel(model: Any) -> Any:
    """Let a fitted model predict without workers, which cost one image more than they save."""
    workers = {key: None for key in model.get_params(deep=True) if key.split("__")[-1] == "n_jobs"}
    return model.set_params(**workers)


def with_budget(model: Any, seconds: float | None) -> Any:
    """Clone with every unset budget_seconds, which a network's training obeys, set to `seconds`."""
    unset = {
        key: seconds
        for key, value in model.get_params(deep=True).items()
        if key.split("__")[-1] == "budget_seconds" and value is None
    }
    return clone(model).set_params(**unset) if seconds is not None and unset else model
