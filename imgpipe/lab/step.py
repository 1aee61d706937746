"""A step of a chain: its name and settings, checked before any image is there."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.enhance import choosing as steps
from imgpipe.kernels.choosing import extent_of
from imgpipe.segment import choosing as segmenters

_MOST_WIDE = 1001  # pixels of a window: a slider that slips asks for no more
_WIDTHS = ("size", "sigma", "radius")


class StepRefused(InputError):
    """A step that cannot be, or that fails on an image.

    Parameters
    ----------
    message : str
        What was found, and what would do.
    step : int
        Its place among the filters; their number is that of the segmentation.
    """

    def __init__(self, message: str, step: int) -> None:
        super().__init__(message)
        self.step = step


@dataclass(frozen=True)
class Step:
    """A filter, an enhancement or a segmenter by its name, with settings.

    Parameters
    ----------
    name : str
        Of `imgpipe.kernels.FILTERS`, `imgpipe.enhance`, `imgpipe.segment.SEGMENTERS` or `RECIPES`.
    settings : dict
        That it takes.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for steps that do the same."""
        return json.dumps([self.name, dict(self.settings)], sort_keys=True)

    def changed(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """Give the settings that differ from the defaults."""
        return {
            key: value
            for key, value in self.settings.items()
            if key not in defaults or not _same(value, defaults[key])
        }


def read_filter(pair: Any, place: int) -> Step:
    """Take a pair for a filter or an enhancement."""
    return _read(pair, place, _check_filter)


def read_segment(pair: Any, place: int) -> Step:
    """Take a pair for a segmenter or a recipe."""
    return _read(pair, place, _check_segment)


def named(name: str, error: Exception) -> str:
    """Say whose error it is."""
    return str(error) if name in str(error) else f"{name}: {error}"


def _read(pair: Any, place: int, check: Callable[[str, Mapping[str, Any]], None]) -> Step:
    """Take a pair for a step: null is not given, and JSON's lists become tuples."""
    given = [pair, {}] if isinstance(pair, str) else pair
    is_pair = isinstance(given, list | tuple) and len(given) == 2
    if not is_pair or not isinstance(given[0], str) or not isinstance(given[1], Mapping):
        raise StepRefused('a step is a name with its settings, such as ["median", {"size": 5}]',
                          place)  # fmt: skip
    name, settings = (
        given[0],
        {str(key): _plain(value) for key, value in given[1].items() if value is not None},
    )
    try:
        check(name, settings)
    except (InputError, TypeError, ValueError, OverflowError) as error:
        raise StepRefused(named(name, error), place) from error
    return Step(name, settings)


def _check_filter(name: str, settings: Mapping[str, Any]) -> None:
    steps.step_named(name)
    steps.check_settings(name, settings)
    steps.require_settings(name, settings)
    if steps.enhancement_named(name) is not None:
        return
    for key in _WIDTHS:
        for each in np.ravel(settings.get(key, 0)).tolist():
            if isinstance(each, int | float) and abs(each) > _MOST_WIDE:
                raise InputError(f"{key}={each!r}; at most {_MOST_WIDE} pixels are taken here")
    extent_of(name, settings, 2)


def _check_segment(name: str, settings: Mapping[str, Any]) -> None:
    segmenters.check_settings(name, settings)
    if settings:
        segmenters.try_on_nothing(segmenters.Finder(name, settings))


def _plain(value: Any) -> Any:
    """Numbers of axes as a tuple; rows of weights stay lists, as JSON has them."""
    if isinstance(value, list | tuple) and not any(isinstance(v, list | tuple) for v in value):
        return tuple(value)
    return value


def _same(value: Any, default: Any) -> bool:
    numbers = all(type(each) in (int, float) for each in (value, default))
    return bool((numbers or type(value) is type(default)) and value == default)
