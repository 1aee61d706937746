"""What the size of the masks alone says of the classes."""

import numpy as np

from imgpipe._common.texts import Text, say
from imgpipe.evaluate.data.telling import first_rank_auc

_TELLING = 0.7  # AUC from which the area alone is held against a score


def area_auc(areas: np.ndarray, labels: np.ndarray) -> float | None:
    """Give the AUC of the area of the mask for the class that it tells best from the others.

    `areas` are shares of the image, NaN without a mask, which counts as no area. None where no
    image has a mask. Large and small areas count alike, so that the AUC is .5 or more.
    """
    if np.isnan(areas).all():
        return None
    values = np.nan_to_num(areas)
    best = 0.5
    for code in np.unique(labels):
        auc = first_rank_auc(values, labels == code)
        if not np.isnan(auc):
            best = max(best, auc, 1 - auc)
    return float(best)


def area_warnings(region: str, auc: float | None, found: bool = False) -> list[Text]:
    """Hold it against the scores where the area alone tells the classes apart."""
    if auc is None or region == "image" or auc < _TELLING:
        return []
    if found:
        return [
            say(
                "the area of what was found has, alone, an AUC of {auc:.2f}: part of every score "
                "may be that size",
                auc=auc,
            )
        ]
    return [
        say(
            "the area of the mask alone has an AUC of {auc:.2f}: part of every score may be the "
            "size that somebody drew",
            auc=auc,
        )
    ]
