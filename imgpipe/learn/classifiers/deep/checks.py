"""Settings of the wrong type, refused before anything is computed."""

import math
from numbers import Integral, Real
from typing import Any

from imgpipe._common import InputError


def require_number(name: str, value: Any, *, whole: bool = False) -> None:
    """Refuse what is no number, no finite one, or no whole one where that is wanted."""
    kind: Any = Integral if whole else Real
    if isinstance(value, bool) or not isinstance(value, kind):
        raise InputError(f"{name} is {value!r}; give a {'whole ' if whole else ''}number")
    if math.isinf(value):
        raise InputError(f"{name} is {value}; give a finite number")
