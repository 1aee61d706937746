"""The steps by name."""

from imgpipe.enhance.clahe import STEP as CLAHE
from imgpipe.enhance.crop import STEP as CROP
from imgpipe.enhance.gamma import STEP as GAMMA
from imgpipe.enhance.match_histogram import STEP as MATCH_HISTOGRAM
from imgpipe.enhance.n4 import STEP as N4
from imgpipe.enhance.nlm import STEP as NLM
from imgpipe.enhance.percentile import STEP as PERCENTILE
from imgpipe.enhance.resample import STEP as RESAMPLE
from imgpipe.enhance.resize import STEP as RESIZE
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.tv import STEP as TV
from imgpipe.enhance.window import STEP as WINDOW
from imgpipe.enhance.zscore import STEP as ZSCORE

ENHANCEMENTS: dict[str, Enhancement] = {
    "window": WINDOW,
    "zscore": ZSCORE,
    "percentile": PERCENTILE,
    "gamma": GAMMA,
    "clahe": CLAHE,
    "match_histogram": MATCH_HISTOGRAM,
    "n4": N4,
    "nlm": NLM,
    "tv": TV,
    "resample": RESAMPLE,
    "resize": RESIZE,
    "crop": CROP,
}
"""``ENHANCEMENTS[name](image, **settings)``: an `Image` gives an `Image`, an array an array."""
