"""A chain of steps as Python code."""

from collections.abc import Callable
from inspect import signature
from typing import Any, Protocol

from imgpipe import segment
from imgpipe.enhance import choosing as steps
from imgpipe.kernels import OWN as KERNELS_OF_OURS
from imgpipe.lab.chain import EVOLVING, Chain, Step
from imgpipe.lab.numbers import FAMILIES
from imgpipe.segment import choosing as segmenters
from imgpipe.segment.registry import RECIPES
from imgpipe.segment.threshold import METHODS as THRESHOLDS

_PLAIN = "from imgpipe import "
_ROOMS = ("enhance", "features", "images", "kernels", "segment")


class Source(Protocol):
    """Where an image comes from.

    Attributes
    ----------
    python : str
        Lines, imports first, after which ``image`` is the image.
    file : str
        Name of its file.
    """

    @property
    def python(self) -> str: ...
    @property
    def file(self) -> str: ...


def python_of(source: Source, chain: Chain, *, channel_axis: int | None = None) -> str:
    r"""Write a program that does what the lab does.

    Parameters
    ----------
    source : Source
    chain : Chain
    channel_axis : int, optional
        Of the image, where it has colours.

    Returns
    -------
    str
        After it, ``image`` is what the filters made, ``mask`` what was found (None without a
        segmentation), and ``numbers`` hold the features that the lab shows, among others.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from imgpipe.lab.chain import Chain
    >>> from imgpipe.lab.writing import python_of
    >>> lines = "from imgpipe import images\n\nimage = images.read('scan.png')"
    >>> source = SimpleNamespace(python=lines, file="scan.png")
    >>> print(python_of(source, Chain.of([["median", {"size": 5}]], ["otsu", {}])))
    from dataclasses import replace
    from imgpipe import features, images, kernels, segment
    <BLANKLINE>
    image = images.read('scan.png')
    image = replace(image, pixels=kernels.median(image.pixels, size=5))
    mask = segment.threshold(image, 'otsu')
    numbers = features.extract(image, mask, families=['intensity', 'histogram', 'glcm', 'ngtdm'])
    for name, value in numbers.items():
        print(f"{name}: {value:.6g}")
    <BLANKLINE>
    """
    lines = [_filtered(step, channel_axis) for step in chain.filters]
    lines += _found(chain.segment, channel_axis)
    lines += [
        f"numbers = features.extract(image, mask, families={list(FAMILIES)})",
        "for name, value in numbers.items():",
        '    print(f"{name}: {value:.6g}")',
    ]
    return program_of(source.python, lines)


def program_of(python: str, lines: list[str]) -> str:
    """Put lines after those that give the image; what they need is imported with it, once.

    Parameters
    ----------
    python : str
        As of a `Source`.
    lines : list of str

    Returns
    -------
    str
    """
    imports, given = _parted(python)
    body = "\n".join(lines)
    rooms = [room for room in _ROOMS if f"{room}." in body]
    plain = [line.removeprefix(_PLAIN).split(", ") for line in imports if line.startswith(_PLAIN)]
    names = sorted({*rooms, *(name for each in plain for name in each)})
    others = [line for line in imports if not line.startswith(_PLAIN)]
    needed = [f"{_PLAIN}{', '.join(names)}", *others]
    first = ["from dataclasses import replace"] if "replace(" in body else []
    return "\n".join([*first, *needed, "", *given, *lines, ""])


def _parted(python: str) -> tuple[list[str], list[str]]:
    """Imports, and what follows."""
    lines = [line for line in python.splitlines() if line.strip()]
    is_import = [line.startswith(("import ", "from ")) for line in lines]
    first = is_import.index(False) if False in is_import else len(lines)
    return lines[:first], lines[first:]


def _filtered(step: Step, channel_axis: int | None) -> str:
    """Write the line of a filter."""
    given = _given(step.changed(steps.defaults_of(step.name)))
    if steps.enhancement_named(step.name) is not None:
        return f"image = enhance.{step.name}({_listed('image', *given)})"
    own = step.name in KERNELS_OF_OURS
    door = f"kernels.{step.name}" if own else f"kernels.KERNELS[{step.name!r}]"
    axes = [] if channel_axis is None else ["axes=(0, 1)"]
    return f"image = replace(image, pixels={door}({_listed('image.pixels', *given, *axes)}))"


def _found(step: Step | None, channel_axis: int | None) -> list[str]:
    """Write the lines of a segmentation."""
    if step is None:
        return ["mask = None"]
    lines, image = [], "image"
    if channel_axis is not None:
        gray = f"images.luminance(image.pixels, {channel_axis})"
        lines, image = [f"gray = replace(image, pixels={gray}, channel_axis=None)"], "gray"
    usual, after = segmenters.defaults_of(step.name), ""
    given = _given(step.changed(usual))
    if step.name in RECIPES:
        door = f"segment.recipe({step.name!r})({_listed(image, *given)})"
    elif step.name in THRESHOLDS:
        # of which one function does all: its defaults are not those of each
        whole = Step(step.name, {**usual, **step.settings})
        given = _given(whole.changed(_defaults(segment.threshold)))
        door = f"segment.threshold({_listed(image, repr(step.name), *given)})"
    elif step.name == EVOLVING:
        door, after = f"segment.active_contour({_listed(image, *given)})", ".mask"
    else:
        door = f"segment.SEGMENTERS[{step.name!r}]({_listed(image, *given)})"
    if segmenters.segmenter_named(step.name).gives == "labels":
        return [*lines, f"labels = {door}", "mask = labels != 0"]
    return [*lines, f"mask = {door}{after}"]


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    return {name: each.default for name, each in signature(function).parameters.items()}


def _given(settings: dict[str, Any]) -> list[str]:
    return [f"{key}={value!r}" for key, value in settings.items()]


def _listed(*parts: str) -> str:
    return ", ".join(parts)
