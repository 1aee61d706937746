"""Maps of what spoke for a wrong call, by the same protocol for every model."""

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from imgpipe.evaluate.explanations.occlusion import occlusion_maps, patch_side
from imgpipe.images import Image, Images
from imgpipe.images.region import uncropped
from imgpipe.learn import Segment
from imgpipe.learn.pipelines import final_step


def explain(
    model: Any,
    image: Image,
    code: int,
    channel_axis: int | None,
    patch: int | None = None,
    stride: int | None = None,
) -> tuple[tuple[str, np.ndarray], ...]:
    """Explain one prediction: occlusion for every model, Grad-CAM for networks.

    Parameters
    ----------
    model : fitted pipeline or classifier
        Takes images; its classes are codes.
    image : Image
        As in the data set, with its mask.
    code : int
        The class to explain.
    channel_axis : int or None
        Axis of its channels.
    patch, stride : int, optional
        Of the occlusion; None for a seventh of the shorter side, without overlap.

    Returns
    -------
    tuple of (name, ndarray of float64, shape (h, w))
        From -1 (against the class) to 1. None for volumes, and where nothing matters to the model.
    """
    if len(image.spatial_shape) != 2 or code not in model.classes_:
        return ()
    model, image = _in_its_region(model, image)
    h, w = image.spatial_shape
    # without overlap: the report shows where to look, and a forest has to answer some 50 times
    side = patch_side(h, w) if patch is None else patch
    drops = occlusion_maps(
        model, [image], [code], patch=side, stride=stride or side, channel_axis=channel_axis
    )[0]
    largest = np.abs(drops).max()
    maps = [("occlusion", drops / largest)] if largest > 0 else []
    if hasattr(final_step(model), "grad_cam"):
        images: Any = Images([image])
        if isinstance(model, Pipeline) and len(model.steps) > 1:
            images = model[:-1].transform(images)
        gradients = final_step(model).grad_cam(images, [code])[0].astype(np.float64)
        gradients = uncropped(gradients, image)
        maps += [("Grad-CAM", gradients)] if gradients.any() else []
    return tuple(maps)


def _in_its_region(model: Any, image: Image) -> tuple[Any, Image]:
    """Let the region stay where it was found, whatever is hidden."""
    if isinstance(model, Pipeline) and isinstance(model.steps[0][1], Segment):
        finder, rest = model.steps[0][1].finder(), Pipeline(model.steps[1:])
    elif getattr(model, "segment", None) is not None:  # of a bundle
        finder, rest = model.segment.finder, replace(model, segment=None)
    else:
        return model, image
    if image.mask is not None:
        return rest, image
    mask = finder(image)
    return rest, replace(image, mask=mask if mask.any() else None)
