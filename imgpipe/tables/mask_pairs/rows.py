"""One row of a table of measures."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MaskRow:
    """One label of a mask beside its reference, or all of its objects, or why there is nothing.

    Parameters
    ----------
    id : str
        What the pair is called: the mask's file as given, or the reference's that has no mask.
    mask, reference : str
        Their files, blank where there is none.
    label : int or None
        Of `segment.measure`.
    iou : float or None
        Threshold of objects.
    values : dict of str to float
        By the names of `segment.Measured`, or of `segment.InstanceScores`.
    unit : str
        ``"mm"``; ``"pixel"`` where files do not say how far pixels are apart.
    axes : int
        2 of an image, 3 of a volume.
    error, error_code : str
        Why there are no values; blank where there are.
    """

    id: str
    mask: str = ""
    reference: str = ""
    label: int | None = None
    iou: float | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    axes: int = 2
    error: str = ""
    error_code: str = ""
