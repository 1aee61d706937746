"""What a bundle was written with."""

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import imgpipe

_ALWAYS = ("numpy", "numba", "scikit-learn", "onnx", "onnxruntime")
_WHERE_USED = {"torch": "torch", "lightgbm": "lightgbm"}  # package, and the root of its classes


def written_by(steps: Sequence[Any]) -> dict[str, str]:
    """Versions of imgpipe, Python, what numbers depend on, and what a fitted step is made of."""
    numbers = {"imgpipe": imgpipe.__version__, "python": platform.python_version()}
    used = [name for name, root in _WHERE_USED.items() if _is_used(root, steps)]
    for name in (*_ALWAYS, *used):
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:
            numbers[name] = "unknown"
    return numbers


def _is_used(root: str, steps: Sequence[Any]) -> bool:
    """Tell whether an attribute of a step is of a class of this package."""
    if root not in sys.modules:
        return False
    parts = [part for step in steps for part in (step, *vars(step).values())]
    return any(base.__module__.partition(".")[0] == root
               for part in parts for base in type(part).__mro__)  # fmt: skip
