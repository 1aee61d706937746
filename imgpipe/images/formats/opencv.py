"""The one door to OpenCV: loaded on first use, with a readable error where it cannot load."""

from types import ModuleType

from imgpipe._common import InputError


def cv2() -> ModuleType:
    """OpenCV, or an error that says what to install."""
    try:
        import cv2 as library
    except ImportError as error:
        if "libGL" in str(error) or "libgthread" in str(error):
            raise InputError(
                "OpenCV needs a system library for windows that is missing here "
                f"({str(error).split(':')[0]}): pip uninstall opencv-python, then "
                "pip install opencv-python-headless"
            ) from None
        raise InputError(f"OpenCV cannot be loaded ({error}): pip install opencv-python") from None
    return library
