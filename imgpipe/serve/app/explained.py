"""What speaks for a prediction, as JSON takes it: pictures as PNG, features by name."""

from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe.images.picture import data_uri, fitted_map

if TYPE_CHECKING:
    from imgpipe.bundle.explaining import Explained

_FOR, _AGAINST = (214, 64, 20), (24, 92, 190)
_STRONGEST = 0.75  # opacity


def parts(told: "Explained") -> dict[str, Any]:
    """Give the image, its maps, and the reasons that are not in a prediction."""
    content = told.to_dict()
    picture = told.picture
    maps = [
        {"name": name, "png": _base64(overlay(values, picture.shape))} for name, values in told.maps
    ]
    return {
        "picture": _base64(picture),
        "maps": maps,
        "reasons": content["reasons"],
        "copy_of": content["copy_of"],
    }


def overlay(relevance: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A map as a picture to lay over the image, uint8 (h, w, 4): what matters most is opaque."""
    values = fitted_map(relevance, shape)
    layer = np.empty((*values.shape, 4), np.uint8)
    layer[..., :3] = np.where((values >= 0)[..., None], _FOR, _AGAINST)
    layer[..., 3] = np.round(255 * _STRONGEST * np.abs(values).clip(0, 1))
    return layer


def _base64(pixels: np.ndarray) -> str:
    return data_uri(pixels).partition(",")[2]
