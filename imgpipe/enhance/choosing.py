"""Steps before measuring, by name: the kernels of `imgpipe.kernels`, and enhancements."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from imgpipe._common import ImageError, InputError, MissingPackage, did_you_mean, unknown_name
from imgpipe._common.texts import Text, counted
from imgpipe.enhance.registry import ENHANCEMENTS
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.images import Image, Images
from imgpipe.images.array_like import sliding_axes
from imgpipe.images.windows import PRESETS
from imgpipe.kernels import FILTERS, choosing


def enhancement_named(name: Any) -> Enhancement | None:
    """Look an enhancement up by its name; None for all else, such as a kernel's."""
    return ENHANCEMENTS.get(name) if isinstance(name, str) else None


def is_step(name: Any) -> bool:
    """Tell whether this is the name of an enhancement or a kernel."""
    return isinstance(name, str) and (name in ENHANCEMENTS or name in FILTERS)


def step_named(name: Any) -> Any:
    """Look up an enhancement or a kernel."""
    if not is_step(name):
        raise unknown_name("filter", name, [*FILTERS, *ENHANCEMENTS])
    return enhancement_named(name) or FILTERS[name]


def settings_of(name: Any) -> Mapping[str, inspect.Parameter] | None:
    """Give the settings that a step takes; None where it is unknown, or takes any."""
    enhancement = enhancement_named(name)
    return choosing.settings_of(name) if enhancement is None else enhancement.settings


def defaults_of(name: Any) -> dict[str, Any]:
    """Give the settings of a step that have a default, with it."""
    known = (settings_of(name) or {}).items()
    return {key: each.default for key, each in known if each.default is not each.empty}


def check_settings(name: Any, settings: Mapping[str, Any]) -> None:
    """Refuse settings that the step does not take; an unknown one is refused when used."""
    enhancement = enhancement_named(name)
    if enhancement is None:
        choosing.check_settings(name, settings)
        return
    for key in settings:
        if key not in enhancement.settings:
            takes = ", ".join(enhancement.settings) or "none"
            near = did_you_mean(key, enhancement.settings)
            raise InputError(f"{name} takes no setting {key!r}; it takes {takes}{near}")


def require_settings(name: str, given: Mapping[str, Any]) -> None:
    """Refuse settings that lack one which the step needs, or that contradict one another."""
    enhancement = enhancement_named(name)
    if enhancement is None:
        choosing.require_settings(name, given)
        return
    for key, parameter in enhancement.settings.items():
        if parameter.default is parameter.empty and key not in given:
            raise InputError(f"{name} needs {key}: Filter({name!r}, {key}=...)")
    if enhancement.check is not None:
        enhancement.check(**{**defaults_of(name), **given})


def preset_notes(
    filters: Sequence[tuple[str, Mapping[str, Any]]], units: Sequence[str]
) -> list[Text]:
    """Say that windows in Hounsfield units are laid on values whose unit nobody told.

    Parameters
    ----------
    filters : sequence of (str, dict)
        Steps with their settings.
    units : sequence of str
        Of each image, blank where it is not known. Others than HU are refused by the step.
    """
    first = filters[0] if filters else ("", {})
    preset = first[1].get("preset")
    unknown = sum(not unit for unit in units)
    if first[0] != "window" or preset not in PRESETS or not unknown:
        return []
    return [
        counted(
            len(units),
            "the window {preset} is one of Hounsfield units, and {unknown} of {n} image does not "
            "say its unit",
            "the window {preset} is one of Hounsfield units, and {unknown} of {n} images do not "
            "say their unit",
            preset=preset,
            unknown=unknown,
        )
    ]


def apply(
    images: Images, name: str, settings: Mapping[str, Any], channel_axis: int | None = None
) -> Images:
    """Send images through a step; masks, spacing and place stay right.

    Parameters
    ----------
    images : Images
    name : str
        Of an enhancement or a kernel.
    settings : dict
        That it takes (`check_settings`).
    channel_axis : int, optional
        Axis of the colour channels in one image; theirs by default.

    Returns
    -------
    Images

    Raises
    ------
    InputError
        If the step refuses an image; of images in a sequence it names the one.
    """
    enhancement = enhancement_named(name)
    if enhancement is None:
        return images.mapped(partial(FILTERS[name], **settings), channel_axis)

    made = []
    for index, image in enumerate(images):
        try:
            made.append(enhancement.on(image.described(None, channel_axis), **settings))
        except MissingPackage:
            raise  # which no other image would have
        except InputError as error:
            raise ImageError(f"{{image}}: {error}", index) from error
    return images.replaced(made)


def apply_to_image(image: Image, name: str, settings: Mapping[str, Any]) -> Image:
    """Send one image through a step, as `apply` does with each of many.

    Parameters
    ----------
    image : Image
    name : str
        Of an enhancement or a kernel.
    settings : dict
        That it takes (`check_settings`).

    Returns
    -------
    Image

    Raises
    ------
    InputError
        If the step refuses the image, or a kernel its dtype.
    """
    enhancement = enhancement_named(name)
    if enhancement is not None:
        return enhancement.on(image, **settings)
    axes = sliding_axes(image.pixels.ndim, 0, image.channel_axis)
    try:
        return replace(image, pixels=FILTERS[name](image.pixels, axes=axes, **settings))
    except TypeError as error:  # a dtype that the kernel does not take
        raise InputError(str(error)) from error


def apply_to_arrays(
    images: Any, name: str, settings: Mapping[str, Any], channel_axis: int | None = None
) -> Any:
    """Do as `apply` does with a stack or a list: what comes out is of the same form."""
    made = apply(Images(images, channel_axis=channel_axis), name, settings)
    if isinstance(images, np.ndarray) and images.dtype != object:
        return made.pixels if made.is_stack else [image.pixels for image in made]
    carried = isinstance(images, Sequence) and any(isinstance(one, Image) for one in images)
    return made if carried else [image.pixels for image in made]
