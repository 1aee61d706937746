"""The region that a model finds itself, in images that it is to predict."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from imgpipe._common import InputError
from imgpipe._common.texts import Text
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.region import from_region
from imgpipe.images import Image, Images
from imgpipe.images.found import with_found

# kernels and segmenters are loaded by models that find a region, no other
if TYPE_CHECKING:
    from imgpipe.learn import TrainedModel
    from imgpipe.segment.choosing import Finder


class RegionStep(NamedTuple):
    """What finds the region, and what becomes of images in which nothing is found."""

    finder: "Finder"
    empty_mask: str


def region_from(steps: Mapping[str, Any], expected: Expected) -> RegionStep | None:
    """Make ready the step of a bundle that finds the region, if it has one."""
    region = from_region(steps, expected)
    if region is None:
        return None
    from imgpipe.segment.choosing import Finder

    return RegionStep(Finder(region.name, region.settings), region.empty_mask)


def region_step(pipeline: Any) -> RegionStep | None:
    """Give the step of a bundle, or of a pipeline of scikit-learn, that finds the region."""
    if hasattr(pipeline, "measure"):
        own: RegionStep | None = pipeline.segment
        return own
    first: Any = pipeline.steps[0][1] if hasattr(pipeline, "steps") else None
    if not hasattr(first, "finder"):
        return None
    return RegionStep(first.finder(), first.empty_mask)


def in_own_region(image: Image, model: "TrainedModel") -> Image:
    """Find the region of an image, where the model does that; without a mask the whole counts.

    Raises
    ------
    InputError
        If nothing is found, and the whole image is not to be taken.
    """
    step = region_step(model.pipeline)
    if step is None:
        return image
    mask = step.finder(image)
    if mask.any():
        return replace(image, mask=mask)
    if step.empty_mask == "image":
        return image
    raise InputError(
        f"{step.finder.name} finds nothing in it, and the model looks inside what that finds "
        "(train with --empty-mask image to have whole images taken)",
        code="EMPTY-MASK",
    )


def carried(images: list[Image], model: "TrainedModel") -> Images:
    """Put images together, so that what was found in them is not sought again."""
    step = region_step(model.pipeline)
    if step is None:
        return Images(images)
    bare = Images([replace(image, mask=None) for image in images])
    return with_found(bare, [image.mask for image in images], step.finder)


def taken_whole(images: list[Image], model: "TrainedModel") -> int:
    """Count the images in which the model finds nothing, and that it takes whole."""
    if region_step(model.pipeline) is None:
        return 0
    return sum(image.mask is None for image in images)


def whole_notes(model: "TrainedModel", whole: int, n: int) -> tuple[Text, ...]:
    """Say of how many images the whole was taken."""
    step = region_step(model.pipeline)
    if step is None or not whole:
        return ()
    from imgpipe.segment.choosing import whole_of

    return (whole_of(step.finder.name, whole, n),)
