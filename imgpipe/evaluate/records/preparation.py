"""What the protocol says of regions and filters, and of settings that changed nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from imgpipe._common import InputError
from imgpipe._common.texts import Text, clauses, say
from imgpipe.evaluate.fits.candidates import Candidate
from imgpipe.evaluate.fits.found_regions import segment_of
from imgpipe.evaluate.fits.steps import split_features
from imgpipe.features.settings_file import read_settings, settings_for_json
from imgpipe.images.found import finder_of
from imgpipe.images.windows import OF_THE_FILE, chosen_window
from imgpipe.learn import FeatureExtractor, Filter
from imgpipe.tables.table import settings_beside

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


def segments(candidates: list[Candidate]) -> str:
    """Name the steps that found the region that models look at."""
    used: dict[Text, list[str]] = {}
    for candidate in candidates:
        step = segment_of(candidate.estimator)
        if step is not None:
            used.setdefault(_step(step.recipe, step.finder().settings), []).append(candidate.name)
    if not used:
        return ""
    if len(used) == 1 and len(next(iter(used.values()))) == len(candidates):
        return say(
            "All models looked inside what {segment} found in each image.",
            segment=next(iter(used)),
        )
    told = [
        say("{segment} for {names:,}", segment=words, names=names) for words, names in used.items()
    ]
    return say("Models looked inside what was found in each image: {steps}.", steps=clauses(told))


def measured_with(candidates: list[Candidate], dataset: Any) -> dict[str, Any] | None:
    """Settings of the features, where all models that have features share them."""
    if dataset.region == "table":
        return _of_table(dataset)
    found = []
    for candidate in candidates:
        steps = split_features(candidate.estimator)[0]
        found += [step.settings() for step in steps if isinstance(step, FeatureExtractor)]
    # a region that was found is none that settings could ask for again
    given = dataset.region if finder_of(dataset.images) is None else None
    told = []
    for settings in found:
        if settings["channel_axis"] == dataset.channel_axis:
            settings["channel_axis"] = None  # the data say it
        told.append(settings_for_json({**settings, "region": given}))
    return told[0] if told and all(each == told[0] for each in told) else None


def _of_table(dataset: Any) -> dict[str, Any] | None:
    """Settings that stand beside a table of features."""
    beside = settings_beside(dataset.source or "")
    try:
        return settings_for_json(read_settings(beside)) if beside.is_file() else None
    except InputError:  # another's file of that name
        return None


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


def _in_turn(words: list[Text]) -> Text:
    text = words[0]
    for word in words[1:]:
        text = say("{a}, then {b}", a=text, b=word)
    return text


def _filters(model: Any) -> list[Filter]:
    """Give the filters of a pipeline, in order."""
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else []
    return [step for step in steps if isinstance(step, Filter)]


def _words(step: Filter) -> Text:
    """Write a filter's name, and the settings that it was given; a window in words."""
    given = step.get_params(deep=False)
    settings = {key: value for key, value in given.items() if key not in ("name", "channel_axis")}
    if step.name == "window":
        return _window(settings)
    return _step(step.name, settings)


def _step(name: str, settings: Mapping[str, Any]) -> Text:
    told = [f"{key} {_value(value)}" for key, value in settings.items()]
    return say("{a}", a=name + (f" ({', '.join(told)})" if told else ""))


def _value(value: Any) -> str:
    """Write a setting, of a long array its length."""
    return f"[{value.size}]" if isinstance(value, np.ndarray) and value.size > 9 else str(value)


def _window(settings: dict[str, Any]) -> Text:
    preset = settings.get("preset")
    if preset == OF_THE_FILE:
        return say("the window that each file recommends")
    function = settings.get("function", "linear")
    chosen = chosen_window(preset, settings.get("center"), settings.get("width"), function)
    about = {"center": chosen.center, "width": chosen.width}
    if preset is not None and function == "linear":
        return say(
            "the window {name} (center {center:g} HU, width {width:g} HU)", name=preset, **about
        )
    return say(
        "a window of center {center:g} and width {width:g} ({function})", **about, function=function
    )
