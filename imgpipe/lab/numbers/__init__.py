"""What is measured while sliders move: histogram and texture."""

from imgpipe.lab.numbers.measuring import measure
from imgpipe.lab.numbers.telling import FAMILIES

__all__ = ["FAMILIES", "measure"]
