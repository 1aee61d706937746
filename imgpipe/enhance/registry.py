"""The steps by name."""

from imgpipe.enhance.gamma import STEP as GAMMA
from imgpipe.enhance.percentile import STEP as PERCENTILE
from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.enhance.window import STEP as WINDOW
from imgpipe.enhance.zscore import STEP as ZSCORE

ENHANCEMENTS: dict[str, Enhancement] = {
    "window": WINDOW,
    "zscore": ZSCORE,
    "percentile": PERCENTILE,
    "gamma": GAMMA,
}
"""``ENHANCEMENTS[name](image, **settings)``: an `Image` gives an `Image`, an array an array."""
