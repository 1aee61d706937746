"""How the files of new images are read: as those of the training were."""

from typing import Any

from imgpipe._common import InputError
from imgpipe.learn.trained import TrainedModel


def reading_of(
    model: TrainedModel,
    *,
    slices: str | None = None,
    series: str | None = None,
    allow_gaps: bool = False,
) -> dict[str, Any]:
    """Give what `imgpipe.datasets.find_images` needs to know for a model.

    Parameters
    ----------
    model : TrainedModel
    slices : str, optional
        In place of those that the model was trained on.
    series, allow_gaps
        As in `imgpipe.datasets.find_images`.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If slices are asked for, and the model takes volumes.
    """
    volumes = len(model.image_shape) - (model.channel_axis is not None) > 2
    if volumes and slices is not None:
        raise InputError(f"slices={slices!r}, but the model takes whole volumes")
    return {
        "size": model.size,
        "fit": model.fit,
        "slices": slices or model.slices,
        "volumes": volumes or None,
        "series": series,
        "allow_gaps": allow_gaps,
    }
