"""The list of steps, taken from the registries."""

import inspect
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from imgpipe._common.texts import Text, say
from imgpipe.enhance.registry import ENHANCEMENTS
from imgpipe.kernels import DERIVATIVES, FILTERS
from imgpipe.kernels.choosing import settings_of
from imgpipe.lab.knobs.knob import Knob
from imgpipe.lab.knobs.ranges import OF_ALL, OF_ONE, by_default
from imgpipe.lab.knobs.words import FILTERS as OF_FILTERS
from imgpipe.lab.knobs.words import OF_ONE as TITLES_OF_ONE
from imgpipe.lab.knobs.words import SEGMENTERS as OF_SEGMENTERS
from imgpipe.lab.knobs.words import SETTINGS
from imgpipe.segment import choosing as segmenters
from imgpipe.segment.registry import RECIPES
from imgpipe.segment.registry import SEGMENTERS as METHODS

GROUPS = ("smoothing", "derivatives", "morphology", "enhancement", "segmentation")
_MORPHOLOGY = (
    "erosion", "dilation", "opening", "closing", "gradient", "white_tophat", "black_tophat",
)  # fmt: skip
_NEVER = ("axes", "output", "footprint", "origin", "cval", "radius", "truncate", "init")
_IMPORTED = {"scikit-image": "skimage"}  # where it is not called as its package


def catalogue() -> list[dict[str, Any]]:
    """List every step that needs an image alone, with what can be turned at it.

    Returns
    -------
    list of dict
        For JSON: ``name``, ``group`` (one of `GROUPS`), ``title``, ``about`` and ``settings``, as
        the fields of `Knob`. Titles are texts that can be said in another language. A setting that
        is `optional` may be left out or null. `choices` hold a ``value`` and a ``title`` each.

    Notes
    -----
    Kernels that another package adds are among them: their settings are turned within bounds that
    the type and size of a default suggest, and those without a usable default stay as they are.

    Examples
    --------
    >>> from imgpipe.lab.knobs import catalogue
    >>> step = next(step for step in catalogue() if step["name"] == "median")
    >>> step["group"], step["settings"][0]["name"], step["settings"][0]["high"]
    ('smoothing', 'size', 31)
    """
    missing = left_out()
    listed = [_kernel(name) for name in FILTERS if name not in missing]
    listed.sort(key=lambda step: GROUPS.index(step["group"]))
    listed += [_enhancement(name) for name in ENHANCEMENTS if name not in missing]
    listed += [_segmenter(name) for name in _methods() if name not in missing]
    return listed


def left_out() -> dict[str, Text]:
    """Say which steps are not among them, and why.

    Returns
    -------
    dict of str to Text
    """
    found: dict[str, Text] = {}
    for name in FILTERS:
        if _lacking(name, settings_of(name) or {}):
            found[name] = say("it needs a setting for which no value suggests itself")
    for name, enhancement in ENHANCEMENTS.items():
        if enhancement.learn is not None:
            found[name] = say("it needs other images beside this one")
        elif enhancement.package and not _installed(enhancement.package):
            found[name] = say(
                "it needs {package}, which is not installed", package=enhancement.package
            )
    for name in _methods():
        package = segmenters.segmenter_named(name).package
        if name not in segmenters.names():
            found[name] = say("it needs seeds in the image")
        elif package and not _installed(package):
            found[name] = say("it needs {package}, which is not installed", package=package)
        elif _lacking(name, segmenters.segmenter_named(name).settings):
            found[name] = say("it needs a setting for which no value suggests itself")
    return found


def _methods() -> Iterable[str]:
    return dict.fromkeys([*METHODS, *RECIPES])


def _installed(package: str) -> bool:
    return find_spec(_IMPORTED.get(package, package)) is not None


def _kernel(name: str) -> dict[str, Any]:
    group = "derivatives" if name in DERIVATIVES else "smoothing"
    group = "morphology" if name in _MORPHOLOGY else group
    about = (inspect.getdoc(FILTERS[name]) or "").partition("\n")[0]
    title, about = OF_FILTERS.get(name, (Text(name), Text(about)))
    return _step(name, group, title, about, settings_of(name) or {})


def _enhancement(name: str) -> dict[str, Any]:
    step = ENHANCEMENTS[name]
    title, about = OF_FILTERS.get(name, (Text(name), Text(step.description)))
    return _step(name, "enhancement", title, about, step.settings)


def _segmenter(name: str) -> dict[str, Any]:
    step = segmenters.segmenter_named(name)
    title, about = OF_SEGMENTERS.get(name, (Text(name), Text(step.description)))
    known = {key: each for key, each in step.settings.items() if key != "spacing"}
    return _step(name, "segmentation", title, about, known)


def _step(
    name: str, group: str, title: str, about: str, settings: Mapping[str, inspect.Parameter]
) -> dict[str, Any]:
    knobs = [_knob(name, each) for each in settings.values()]
    told = [knob.told() for knob in knobs if knob is not None]
    return {"name": name, "group": group, "title": title, "about": about, "settings": told}


def _knob(step: str, setting: inspect.Parameter) -> Knob | None:
    """Choose what turns a setting; None for one that stays as it is."""
    name = setting.name
    title = TITLES_OF_ONE.get((step, name)) or SETTINGS.get(name) or Text(name)
    if setting.kind is setting.VAR_KEYWORD or (step in FILTERS and name in _NEVER):
        return None
    if name == "init":
        return None
    known = OF_ONE.get(step, {}).get(name) or OF_ALL.get(name)
    known = known or by_default(setting.default)
    return None if known is None else known.called(name, title)


def _lacking(step: str, settings: Mapping[str, inspect.Parameter]) -> list[str]:
    """Name the settings without which the step cannot run, and for which nothing is known."""
    return [
        each.name
        for each in settings.values()
        if each.default is each.empty
        and each.kind is not each.VAR_KEYWORD
        and _knob(step, each) is None
    ]
