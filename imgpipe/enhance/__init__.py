"""Enhancement: values brought into a range, evened out, or freed of noise before measuring.

One step a file; `ENHANCEMENTS` names them for pipelines and the command line.
"""

from imgpipe.enhance.registry import ENHANCEMENTS

__all__ = ["ENHANCEMENTS"]
