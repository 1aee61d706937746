"""The one door to onnxruntime, which sends nothing when it is loaded through it."""

import os
from types import ModuleType

from imgpipe._common import needed_for

# Since 1.31 it writes a number of this device into the home folder, and tells its maker that and
# where it was started. It looks at this variable as it is imported; later is too late.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def onnxruntime(what: str) -> ModuleType:
    """Load onnxruntime, or say what needs it and how it is installed."""
    with needed_for(what):
        import onnxruntime as library
    return library
