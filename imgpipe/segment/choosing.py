"""Segmenters and recipes by name, as pipelines and the command line choose them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imgpipe._common import ImageError, InputError, MissingPackage, did_you_mean, unknown_name
from imgpipe._common.texts import Text, counted
from imgpipe._runtime.workers import in_chunks, worker_count
from imgpipe.images import Image, Images
from imgpipe.images.found import finder_of, with_found
from imgpipe.images.luminance import in_gray
from imgpipe.segment.method.segmenter import Segmenter
from imgpipe.segment.registry import RECIPES, SEGMENTERS

NOTHING_FOUND = ("error", "image")
"""What becomes of an image in which nothing is found: it is refused, or the whole of it counts."""
_OF_THE_IMAGE = frozenset({"seeds", "markers", "init"})  # differ from image to image
_CHUNK = 8
_Task = tuple[Images, int, Segmenter, Mapping[str, Any]]


def segmenter_named(name: Any) -> Segmenter:
    """Look a recipe or a segmenter up; a recipe comes first."""
    if isinstance(name, str) and name in RECIPES:
        return RECIPES[name]
    if isinstance(name, str) and name in SEGMENTERS:
        return SEGMENTERS[name]
    raise unknown_name("recipe or segmenter", name, [*RECIPES, *SEGMENTERS])


def names() -> list[str]:
    """Names of all recipes and segmenters that need nothing but an image."""
    return [
        name
        for name in dict.fromkeys([*RECIPES, *SEGMENTERS])
        if not any(key in _OF_THE_IMAGE for key in _needed(segmenter_named(name)))
    ]


def check_settings(name: str, given: Mapping[str, Any]) -> None:
    """Refuse a setting that is not taken, one that is missing, and what needs seeds."""
    segmenter = segmenter_named(name)
    anything = any(each.kind is each.VAR_KEYWORD for each in segmenter.settings.values())
    for key in given if not anything else ():
        if key not in segmenter.settings:
            takes = ", ".join(segmenter.settings) or "none"
            near = did_you_mean(str(key), segmenter.settings)
            raise InputError(f"{name} takes no setting {key!r}; it takes {takes}{near}")
    refuse_seeds(name)
    for key in _needed(segmenter):
        if key not in given:
            raise InputError(f"{name} needs {key}")


def try_on_nothing(finder: "Finder") -> None:
    """Refuse settings out of range, before any image is read.

    In a constant image nothing is found, and any error is one of the settings; those that fit
    images or volumes only may pass.
    """
    error: InputError | None = None
    for axes in segmenter_named(finder.name).axes:
        try:
            finder(Image(np.zeros((1,) * axes, np.uint8)))
        except InputError as found:
            error = error or found
        else:
            return
    if error is not None:
        raise error


def refuse_seeds(name: str) -> None:
    """Refuse a segmenter that must be told something of each image."""
    for key in _needed(segmenter_named(name)):
        if key in _OF_THE_IMAGE:
            raise InputError(
                f"{name} needs {key} in each image; where all are treated alike, use one of "
                f"{', '.join(names())}"
            )


def defaults_of(name: str) -> dict[str, Any]:
    """Give the settings that have a default, with it."""
    known = segmenter_named(name).settings.items()
    return {key: each.default for key, each in known if each.default is not each.empty}


def _needed(segmenter: Segmenter) -> list[str]:
    """Name the settings that have no default."""
    return [
        key
        for key, each in segmenter.settings.items()
        if each.default is each.empty and each.kind is not each.VAR_KEYWORD
    ]


@dataclass(frozen=True)
class Finder:
    """Finds the mask of an image: what a recipe or segmenter gives, any label of it inside.

    Colour is looked at in gray (`imgpipe.images.luminance`). Two finders are equal where they find
    the same.

    Parameters
    ----------
    name : str
        Of a recipe, or of a segmenter that needs no seeds.
    settings : dict
        That it takes.
    """

    name: str
    settings: Mapping[str, Any] = field(compare=False)
    _key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        whole = {**defaults_of(self.name), **self.settings}
        key = repr([(name, _plain(whole[name])) for name in sorted(whole)])
        object.__setattr__(self, "_key", key)

    def __call__(self, image: Image) -> np.ndarray:
        """Find the mask, which may be empty."""
        return _masked(self.labels(image))

    def labels(self, image: Image) -> np.ndarray:
        """Give what the recipe gives: a mask, or labels."""
        return _labels(segmenter_named(self.name), image, self.settings)


def find(images: Images, finder: Finder, n_jobs: int | None = None) -> Images:
    """Give images the masks that are found in them; one of nothing is empty.

    Parameters
    ----------
    images : Images
        Without masks, or those that `finder` found before, which stay as they are.
    finder : Finder
    n_jobs : int, optional
        Workers; None means 1, or what `joblib.parallel_config` says.

    Returns
    -------
    Images

    Raises
    ------
    InputError
        For images that have masks already, and for one that cannot be segmented, by its place.
    """
    if finder_of(images) == finder:
        return images
    refuse_masks(images, finder.name)
    segmenter = segmenter_named(finder.name)  # a worker does not know those of this process
    tasks = _tasks(images, segmenter, finder.settings, worker_count(n_jobs))
    masks = [mask for part in in_chunks(_found, tasks, n_jobs) for mask in part]
    return with_found(images, masks, finder)


def refuse_masks(images: Images, name: str) -> None:
    """Refuse images that have masks, among which nothing is to be found."""
    if images.masked_any:
        raise InputError(
            f"{name} is to find the region, and the images have masks already: leave these out "
            'with --region image (images.with_region("image") in Python), or do not segment'
        )


def looked_for(
    images: Images, finder: Finder, nothing_found: str = "error", n_jobs: int | None = None
) -> Images:
    """Find masks as `find` does, and decide on images in which there is nothing.

    Parameters
    ----------
    images, finder, n_jobs
        As in `find`.
    nothing_found : {"error", "image"}
        Refuse such an image, or take the whole of it, and note how many there are.

    Returns
    -------
    Images

    Raises
    ------
    ImageError
        For the first image in which nothing is found.
    """
    if nothing_found not in NOTHING_FOUND:
        raise InputError(f"empty_mask={nothing_found!r}; choose from {', '.join(NOTHING_FOUND)}")
    found = find(images, finder, n_jobs)
    empty = found.areas() == 0
    if not empty.any():
        return found
    if nothing_found == "error":
        raise nothing(finder.name, int(np.flatnonzero(empty)[0]))
    return found.without_masks(empty).noting([whole_of(finder.name, int(empty.sum()), len(empty))])


def nothing(name: str, index: int = 0) -> ImageError:
    """Say that an image has no region."""
    error = ImageError(
        f"{{image}}: {name} finds nothing in it; leave it out, give other settings, or take whole "
        'images where that is so (--empty-mask image, empty_mask="image" in Python)',
        index,
    )
    error.code = "EMPTY-MASK"
    return error


def whole_of(name: str, n: int, of: int) -> Text:
    """Say how many images have no region, and are taken whole."""
    return counted(
        n,
        "{name} finds nothing in {n} of {of} images, which counts whole",
        "{name} finds nothing in {n} of {of} images, which count whole",
        name=name,
        of=of,
    )


def _tasks(
    images: Images, segmenter: Segmenter, settings: Mapping[str, Any], workers: int
) -> Iterator[_Task]:
    step = len(images) if workers == 1 else _CHUNK
    for start in range(0, len(images), max(1, step)):
        yield (images[start : start + step], start, segmenter, settings)


def _found(task: _Task) -> list[np.ndarray]:
    """Find the masks of some images, of which the first has a place among all."""
    images, start, segmenter, settings = task
    masks = []
    for place, image in enumerate(images, start):
        try:
            masks.append(_masked(_labels(segmenter, image, settings)))
        except MissingPackage:
            raise  # which no other image would have
        except InputError as error:
            raise ImageError(f"{{image}}: {error}", place) from error
    return masks


def _labels(segmenter: Segmenter, image: Image, settings: Mapping[str, Any]) -> np.ndarray:
    return segmenter(in_gray(image), **settings)


def _masked(labels: np.ndarray) -> np.ndarray:
    return labels if labels.dtype == bool else labels != 0


def _plain(value: Any) -> Any:
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    return float(value) if type(value) is int else value
