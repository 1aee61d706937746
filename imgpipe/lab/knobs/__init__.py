"""What can be turned: steps and their settings, each with a range."""

from imgpipe.lab.knobs.listing import GROUPS, catalogue, left_out
from imgpipe.lab.knobs.scaling import UNSCALED, scaled

__all__ = ["GROUPS", "UNSCALED", "catalogue", "left_out", "scaled"]
