"""Enhancement: values brought into a range, evened out, or freed of noise before measuring.

One step a file; `ENHANCEMENTS` names them for pipelines and the command line. A step takes an
`imgpipe.images.Image`, whose mask, spacing and place it keeps right, or an array, and gives the
same. Each channel of a colour image is taken for itself.
"""

from imgpipe.enhance.clahe import clahe
from imgpipe.enhance.crop import crop
from imgpipe.enhance.gamma import gamma
from imgpipe.enhance.match_histogram import match_histogram
from imgpipe.enhance.n4 import n4
from imgpipe.enhance.nlm import nlm
from imgpipe.enhance.percentile import percentile
from imgpipe.enhance.registry import ENHANCEMENTS
from imgpipe.enhance.resample import resample
from imgpipe.enhance.resize import resize
from imgpipe.enhance.tv import tv
from imgpipe.enhance.zscore import zscore
from imgpipe.images.windows import window

__all__ = [
    "ENHANCEMENTS",
    "clahe",
    "crop",
    "gamma",
    "match_histogram",
    "n4",
    "nlm",
    "percentile",
    "resample",
    "resize",
    "tv",
    "window",
    "zscore",
]
