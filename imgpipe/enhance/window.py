"""A window: a range of values becomes 0 to 1."""

from typing import Any

from imgpipe.enhance.step.enhancement import Enhancement
from imgpipe.images.windows import OF_THE_FILE, chosen_window, window


def _check(preset: Any, center: Any, width: Any, function: Any) -> None:
    if preset == OF_THE_FILE and (center, width) == (None, None):
        chosen_window(None, 0, 1, function)  # which window it is, the file says
    else:
        chosen_window(preset, center, width, function)


STEP = Enhancement(
    window,
    "range of values brought to 0 to 1 (DICOM windows)",
    check=_check,
    trial={"preset": "lung"},
)
