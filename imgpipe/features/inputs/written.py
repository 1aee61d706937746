"""Values of settings in YAML that other readers take for the same."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common.strict_yaml import plain_value


def written_below(value: Any) -> str:
    """Give a value, or the lines of a mapping."""
    if not isinstance(value, Mapping):
        return f" {_written(value)}"
    return "".join(f"\n  {part}: {_written(each)}" for part, each in value.items())


def _written(value: Any) -> str:
    """Give a value in YAML, in one line."""
    if value is None:
        return "null"
    if isinstance(value, str):
        plain = value.replace("_", "a").replace("-", "a").isalnum() and value.isascii()
        return value if plain and plain_value(value) == value else json.dumps(value)
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _written_number(float(value))
    return f"[{', '.join(map(_written, value))}]"


def _written_number(value: float) -> str:
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    text = repr(value)
    # without the point, other readers take 1e-05 for a word
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
