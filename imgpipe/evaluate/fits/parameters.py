"""Parameters of a classifier and of all steps before it, set by their last name."""

from typing import Any

from sklearn.base import clone


def parameters_named(model: Any, name: str) -> dict[str, Any]:
    """Values of the parameters of this name, of the model itself and of what it is made of."""
    return {
        key: value
        for key, value in model.get_params(deep=True).items()
        if key.split("__")[-1] == name
    }


def with_unset(model: Any, name: str, value: Any) -> Any:
    """Clone with every parameter of this name that is None set; the model itself if none is."""
    unset = [key for key, given in parameters_named(model, name).items() if given is None]
    return clone(model).set_params(**dict.fromkeys(unset, value)) if unset else model


def with_seed(model: Any, seed: int, *, override: bool) -> Any:
    """Clone with every unset random_state set to `seed`; the set ones too with `override`."""
    model = clone(model)
    states = parameters_named(model, "random_state").items()
    chosen = [key for key, given in states if override or given is None]
    return model.set_params(**dict.fromkeys(chosen, seed))


def unparallel(model: Any) -> Any:
    """Let a fitted model predict without workers, which cost one image more than they save."""
    return model.set_params(**dict.fromkeys(parameters_named(model, "n_jobs")))


def with_budget(model: Any, seconds: float | None) -> Any:
    """Clone with every unset budget_seconds, which a network's training obeys, set to `seconds`."""
    return model if seconds is None else with_unset(model, "budget_seconds", seconds)
