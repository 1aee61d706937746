"""What the protocol says of filters before the features, and of settings that changed nothing."""

from typing import Any

from sklearn.pipeline import Pipeline

from imgpipe._common.texts import Text, clauses, say
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.learn import Filter

_FOLDS, _REPEATS = 5, 1  # unless told otherwise


def filters(candidates: list[Candidate]) -> str:
    """Name the filters that images went through, and for which models."""
    used: dict[Text, list[str]] = {}
    for candidate in candidates:
        words = list(map(_words, _filters(candidate.estimator)))
        if words:
            used.setdefault(_in_turn(words), []).append(candidate.name)
    if not used:
        return ""
    if len(used) == 1 and len(next(iter(used.values()))) == len(candidates):
        return say("All images were filtered first: {filters}.", filters=next(iter(used)))
    told = [
        say("{filters} for {names:,}", filters=words, names=names) for words, names in used.items()
    ]
    return say("Images were filtered first: {filters}.", filters=clauses(told))


def idle_settings(folds: Any, repeats: int, given: bool) -> Text | None:
    """Say which settings of a cross-validation were given where there is none."""
    if not given or not isinstance(folds, int):
        return None
    asked = [
        f"{name}={value}"
        for name, value, usual in (("folds", folds, _FOLDS), ("repeats", repeats, _REPEATS))
        if value != usual
    ]
    if not asked:
        return None
    return say("{settings} changed nothing, since the division was given.", settings=asked)


def _in_turn(words: list[str]) -> Text:
    text = say("{a}", a=words[0])
    for word in words[1:]:
        text = say("{a}, then {b}", a=text, b=word)
    return text


def _filters(model: Any) -> list[Filter]:
    """Give the filters of a pipeline, in order."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else []
    return [step for step in steps if isinstance(step, Filter)]


def _words(step: Filter) -> str:
    """Write a filter's name, and the settings that it was given."""
    given = step.get_params(deep=False)
    settings = [
        f"{key} {value}" for key, value in given.items() if key not in ("name", "channel_axis")
    ]
    return step.name + (f" ({', '.join(settings)})" if settings else "")
