"""What can be turned: steps and their settings, each with a range."""

from imgpipe.lab.knobs.listing import catalogue, left_out

__all__ = ["catalogue", "left_out"]
