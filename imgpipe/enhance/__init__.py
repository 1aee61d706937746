"""Enhancement: values brought into a range, evened out, or freed of noise before measuring.

One step a file; `ENHANCEMENTS` names them for pipelines and the command line. A step takes an
`imgpipe.images.Image`, whose mask, spacing and place it keeps right, or an array, and gives the
same. Each channel of a colour image is taken for itself.
"""

from imgpipe.enhance.gamma import gamma
from imgpipe.enhance.percentile import percentile
from imgpipe.enhance.registry import ENHANCEMENTS
from imgpipe.enhance.zscore import zscore
from imgpipe.images.windows import window

__all__ = ["ENHANCEMENTS", "gamma", "percentile", "window", "zscore"]
