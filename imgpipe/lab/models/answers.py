"""What one model says of an image, and a map of where it looked."""

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images import Image
from imgpipe.lab.models.patches import other_scale, other_unit, patch_of

if TYPE_CHECKING:
    from imgpipe.bundle import Explained, Predictor

_PLACE = "0"


@dataclass(frozen=True)
class Answer:
    """What one model says of an image.

    Parameters
    ----------
    head : dict
        As JSON takes it: ``name``, ``kind``, ``title``; ``classes``, ``probabilities``,
        ``predicted``; ``ood``, ``ood_distance``; ``warnings``; ``refused``, a sentence where the
        model takes no such image; ``box``, row, column, height and width of what it was asked
        about; ``note``, how that was cut.
    picture : bytes
        Where it looked, a PNG as large as the box: warm colours speak for the class, cold ones
        against it, and all else is transparent. Empty where nothing speaks.
    """

    head: Mapping[str, Any]
    picture: bytes = b""


def answer(
    told: Mapping[str, Any],
    predictor: "Predictor",
    image: Image,
    where: Sequence[float] | None = None,
) -> Answer:
    """Ask one model about an image, or about a part of it.

    Parameters
    ----------
    told : dict
        ``name``, ``kind`` and ``title`` of the model.
    predictor : Predictor
    image : Image
        In two axes.
    where : (row, column), optional
        Round which a larger image is cut.

    Returns
    -------
    Answer
    """
    part, box, note = patch_of(predictor, _nameless(image), where)
    head: dict[str, Any] = {
        **told,
        "classes": list(predictor.classes),
        "probabilities": None,
        "predicted": None,
        "ood": None,
        "ood_distance": None,
        "warnings": [],
        "refused": None,
        "box": list(box),
        "note": note,
    }
    try:
        found = predictor.explain(part)
    except InputError as error:
        why = str(error).removeprefix(f"{_PLACE}: ")
        return Answer(head | {"refused": f"The image {why}", "box": None, "note": None})
    far = found.ood_distance
    notes = [
        _far_off(far),
        other_unit(predictor, part),
        other_scale(predictor, part),
        *found.warnings,
    ]
    head |= {
        "probabilities": [found.probabilities[name] for name in predictor.classes],
        "predicted": found.predicted,
        "ood": None if far is None else far > 1,
        "ood_distance": far,
        "warnings": [each for each in notes if each],
    }
    return Answer(head, _picture(found, (box[2], box[3])))


def warm(predictor: "Predictor") -> None:
    """Load and compile what an answer needs, so that the first one does not wait for it.

    Parameters
    ----------
    predictor : Predictor
    """
    model = predictor.model
    noise = np.random.default_rng(0).integers(0, 100, model.image_shape).astype(model.dtype)
    with suppress(InputError):  # of a model that looks inside masks, for one
        predictor.explain(Image(noise, model.channel_axis))


def _nameless(image: Image) -> Image:
    """Take a slice; errors call it by its place among images, which is the first."""
    if len(image.spatial_shape) != 2:
        raise InputError(
            f"the image has {len(image.spatial_shape)} axes; models are asked about a slice"
        )
    return replace(image, id=None)


def _far_off(distance: float | None) -> Text | None:
    if distance is None or distance <= 1:
        return None
    return say(
        "out of distribution: it differs from the images of the training; do not rely on its class"
    )


def _picture(found: "Explained", shape: tuple[int, int]) -> bytes:
    """Draw the first map; a network's own comes behind that which all models have."""
    if not found.maps:
        return b""
    from PIL import Image as Pictures

    from imgpipe.serve.app.explained import overlay

    store = io.BytesIO()
    _, values = found.maps[0]
    Pictures.fromarray(overlay(values, shape)).save(store, "PNG")
    return store.getvalue()
