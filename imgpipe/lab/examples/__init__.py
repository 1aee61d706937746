"""Images to begin with, made by the package in well under a second each."""

from imgpipe.lab.examples.example import Example
from imgpipe.lab.examples.examples import EXAMPLES

__all__ = ["EXAMPLES", "Example"]
