"""Steps as a text: filters ``"window:lung;median:5"``, a recipe ``"cells:min_size=30"``."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from imgpipe._common import InputError
from imgpipe.enhance.choosing import step_named
from imgpipe.kernels import FILTERS
from imgpipe.segment import choosing

_FLAGS = {"true": True, "false": False}


def parse_filters(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Read ``NAME[:VALUE...][,KEY=VALUE...]`` by semicolons.

    Parameters
    ----------
    text : str
        A value without a key is that of the first setting, the next one that of the second.
        ``3x5`` is one number for each axis.

    Returns
    -------
    list of (str, dict)
        Names and settings.

    Raises
    ------
    InputError
        For an unknown name, a value that is not understood, and a setting that is given twice or
        missing.

    Examples
    --------
    >>> from imgpipe.learn.filter_texts import parse_filters
    >>> parse_filters("window:lung;median:3x5,mode=nearest")
    [('window', {'preset': 'lung'}), ('median', {'size': (3, 5), 'mode': 'nearest'})]
    """
    parts = filter(None, map(str.strip, text.split(";")))
    pairs = [_pair(part, _positional) for part in parts]
    if not pairs:
        raise InputError('no filter is named; give some, such as "median:5;gaussian:1.5"')
    return pairs


def parse_segment(text: str) -> tuple[str, dict[str, Any]]:
    """Read ``NAME[:VALUE...][,KEY=VALUE...]`` of one recipe or segmenter.

    Parameters
    ----------
    text : str
        As of a filter, in `parse_filters`.

    Returns
    -------
    (str, dict)
        Name and settings.

    Raises
    ------
    InputError
        For an unknown name, a setting that is not taken or is missing, and several steps.

    Examples
    --------
    >>> from imgpipe.learn.filter_texts import parse_segment
    >>> parse_segment("otsu"), parse_segment("bright-lesion:level=0.4,holes=false")
    (('otsu', {}), ('bright-lesion', {'level': 0.4, 'holes': False}))
    """
    if ";" in text:
        raise InputError(f"{text!r} names several steps; one finds the region")
    name, given = _pair(text, _of_segmenter)
    choosing.check_settings(name, given)
    return name, given


def _pair(
    part: str, settings_of: Callable[[str], Sequence[inspect.Parameter]]
) -> tuple[str, dict[str, Any]]:
    name, _, rest = part.partition(":")
    name = name.strip()
    in_order = settings_of(name)
    given: dict[str, Any] = {}
    unnamed = iter(in_order)
    for word in [word.strip() for word in rest.split(",") if word.strip()]:
        key, is_named, told = word.rpartition("=")
        parameter = None if is_named else next(unnamed, None)
        if not is_named and parameter is None:
            raise InputError(f"{part!r} gives {name} more values than it takes without a name")
        value = _value(told, parameter, part, name)
        key = key.strip() if parameter is None else parameter.name
        if key in given:
            raise InputError(f"{part!r} gives a setting twice")
        given[key] = value
    for each in in_order:
        if each.default is each.empty and each.name not in given:
            raise InputError(f"{name} needs {_example(name, each.name)}")
    return name, given


def _positional(name: str) -> Sequence[inspect.Parameter]:
    """Give the settings that need no key, in order."""
    step = step_named(name)
    function = getattr(step, "function", step)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]


def _of_segmenter(name: str) -> Sequence[inspect.Parameter]:
    """Give the settings of a recipe or segmenter that need no key, in order."""
    choosing.refuse_seeds(name)
    known = choosing.segmenter_named(name).settings.values()
    return [each for each in known if each.kind is each.POSITIONAL_OR_KEYWORD]


def _example(name: str, setting: str) -> str:
    if setting == "weights":
        return "weights, which a list cannot hold: use imgpipe.learn.Filter in Python"
    return f"{setting}, such as {name}:1.5"


def _value(told: str, parameter: inspect.Parameter | None, part: str, name: str) -> Any:
    """Read a number, one for each axis, or a word where that may be one."""
    try:
        numbers = tuple(map(_number, told.split("x")))
    except ValueError:
        takes_words = name not in FILTERS and _takes_words(parameter)
        if parameter is None or takes_words:
            return _FLAGS.get(told.strip().lower(), told.strip())
        raise InputError(
            f"{part!r} is not understood; write NAME:NUMBER, as in "
            '"median:5;gaussian:1.5", or NAME:KEY=VALUE, as in "median:size=5,mode=nearest"'
        ) from None
    return numbers if len(numbers) > 1 else numbers[0]


def read_setting(text: str) -> tuple[str, Any]:
    """Read ``KEY=VALUE``.

    Parameters
    ----------
    text : str

    Returns
    -------
    (str, object)
        Name of the setting; a number, a tuple of one number for each axis, true or false, or a
        word.

    Raises
    ------
    InputError
        If it has no key or no value.

    Examples
    --------
    >>> from imgpipe.learn.filter_texts import read_setting
    >>> read_setting("size=3x5"), read_setting("preset=lung")
    (('size', (3, 5)), ('preset', 'lung'))
    """
    key, _, told = text.partition("=")
    if not key.strip() or not told.strip():
        raise InputError(f"{text!r} is not KEY=VALUE, such as preset=lung")
    return key.strip(), _value(told, None, text, "")


def _takes_words(parameter: inspect.Parameter | None) -> bool:
    return parameter is not None and (parameter.default is None or type(parameter.default) is str)


def _number(text: str) -> int | float:
    return int(text) if text.strip().lstrip("-").isdigit() else float(text)
