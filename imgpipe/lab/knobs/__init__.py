"""What can be turned: steps and their settings, each with a range."""

from imgpipe.lab.knobs.listing import GROUPS, catalogue, left_out

__all__ = ["GROUPS", "catalogue", "left_out"]
