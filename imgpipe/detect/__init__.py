"""Detection: where lesions are, and how many of them are found at how many false alarms.

Boxes are rows ``(y0, x0, y1, x1)`` or ``(z0, y0, x0, z1, y1, x1)`` of float64 in pixels, the far
side not included, as scikit-image's `bbox`.
"""

from typing import TYPE_CHECKING

from imgpipe._common.lazy import lazily
from imgpipe.detect.blobs import blobs
from imgpipe.detect.boxes import BoxWarning, boxes_of, centre_distances, iou
from imgpipe.detect.cross_validation import cross_validate
from imgpipe.detect.fitted import FittedDetector
from imgpipe.detect.froc import froc
from imgpipe.detect.lesions import Lesions, load_lesions
from imgpipe.detect.results import DetectionPicture, DetectionRun, Froc, FrocPoint, HeldOut
from imgpipe.detect.suppression import suppress

if TYPE_CHECKING:
    from imgpipe.detect.detector import Detector

__all__ = [
    "BoxWarning",
    "DetectionPicture",
    "DetectionRun",
    "Detector",
    "FittedDetector",
    "Froc",
    "FrocPoint",
    "HeldOut",
    "Lesions",
    "blobs",
    "boxes_of",
    "centre_distances",
    "cross_validate",
    "froc",
    "iou",
    "load_lesions",
    "suppress",
]

# what loads scikit-learn comes when it is asked for
__getattr__ = lazily(__name__, {"Detector": "detector"})
