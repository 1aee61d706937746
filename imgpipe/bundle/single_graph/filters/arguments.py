"""What every filter does first: settings checked and completed, and the dtype of the result."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe.bundle.single_graph.plane import Plane
from imgpipe.kernels.choosing import check_settings, defaults_of, require_settings

DTYPES = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64")


def arguments_of(
    name: str, plane: Plane, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], np.dtype]:
    """Give the settings of a kernel with its defaults, and the dtype of what comes out.

    Parameters
    ----------
    name : str
        A kernel.
    plane : Plane
        What it filters.
    settings : dict
        Those of `learn.Filter`; `channel_axis` is left to the caller, who gives plane by plane.

    Raises
    ------
    InputError
        For a setting that the kernel does not take or lacks, and for a dtype that a graph does
        not hold exactly: 64-bit integers, and bool.
    """
    own = {key: value for key, value in settings.items() if key != "channel_axis"}
    check_settings(name, own)
    require_settings(name, own)
    given = {**defaults_of(name), **own}
    output = plane.dtype if given["output"] is None else np.dtype(given["output"])
    for what, dtype in (("images of", plane.dtype), ("output", output)):
        if dtype.name not in DTYPES:
            raise InputError(f"{name}: {what} {dtype} cannot be exported; {', '.join(DTYPES)} can")
    return given, output
