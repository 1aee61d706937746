"""How the peers do the same: each call gets its output, elements and weights made before."""

from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import numpy as np
import scipy.ndimage as ndi

from benchmarks.kernels.cases import arguments, dense, mode_of, room

try:
    import SimpleITK
except ImportError:  # its cells stay empty
    SimpleITK = None

Call = Callable[[], Any]

SCIPY: dict[str, Callable[..., Any]] = {
    "mean": ndi.uniform_filter,
    "median": ndi.median_filter,
    "gaussian": ndi.gaussian_filter,
    "erosion": ndi.grey_erosion,
    "dilation": ndi.grey_dilation,
    "opening": ndi.grey_opening,
    "closing": ndi.grey_closing,
    "gradient": ndi.morphological_gradient,
    "white_tophat": ndi.white_tophat,
    "black_tophat": ndi.black_tophat,
    "convolve": ndi.convolve,
    "correlate": ndi.correlate,
    "sobel": ndi.sobel,
    "laplace": ndi.laplace,
    "gaussian_laplace": ndi.gaussian_laplace,
}
_MORPHOLOGY = {
    "erosion": cv2.MORPH_ERODE,
    "dilation": cv2.MORPH_DILATE,
    "opening": cv2.MORPH_OPEN,
    "closing": cv2.MORPH_CLOSE,
    "gradient": cv2.MORPH_GRADIENT,
    "white_tophat": cv2.MORPH_TOPHAT,
    "black_tophat": cv2.MORPH_BLACKHAT,
}


def one_thread() -> None:
    """Let every peer use one thread."""
    cv2.setNumThreads(1)
    if SimpleITK is not None:
        SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)


def opencv(name: str, dtype: np.dtype, k: int) -> Callable[..., Any] | None:
    """OpenCV's function of (image, dst=...), or None where it has none for dtype and window."""
    border = {"borderType": cv2.BORDER_REFLECT_101}
    if name == "mean":
        return partial(cv2.blur, ksize=(k, k), **border)
    if name == "gaussian":
        return partial(cv2.GaussianBlur, ksize=(k, k), sigmaX=k / 6, **border)
    if name == "median":
        # its border repeats the edge; beyond 5 it takes bytes only
        return partial(cv2.medianBlur, ksize=k) if dtype == np.uint8 or k <= 5 else None
    if name in ("convolve", "correlate"):
        weights = dense(k, 2).astype(np.float32)
        weights = np.ascontiguousarray(weights[::-1, ::-1]) if name == "convolve" else weights
        return partial(cv2.filter2D, ddepth=-1, kernel=weights, **border)
    if name == "sobel":
        return partial(cv2.Sobel, ddepth=cv2.CV_32F, dx=1, dy=0, ksize=3, **border)
    if name == "laplace":
        return partial(cv2.Laplacian, ddepth=cv2.CV_32F, ksize=1, **border)
    box = np.ones((k, k), np.uint8)
    if name == "erosion":
        return partial(cv2.erode, kernel=box, **border)
    if name == "dilation":
        return partial(cv2.dilate, kernel=box, **border)
    if name in _MORPHOLOGY:
        return partial(cv2.morphologyEx, op=_MORPHOLOGY[name], kernel=box, **border)
    return None


def opencv_image(name: str, image: np.ndarray, k: int) -> Call | None:
    """OpenCV on one image."""
    function = opencv(name, image.dtype, k)
    return function and partial(function, image, dst=room(name, image))


def opencv_stack(name: str, stack: np.ndarray, k: int) -> Call | None:
    """A Python loop over OpenCV, one call an image."""
    function = opencv(name, stack.dtype, k)
    if function is None:
        return None
    outputs = room(name, stack)
    pairs = list(zip(stack, outputs, strict=True))

    def loop() -> np.ndarray:
        for image, dst in pairs:
            function(image, dst=dst)
        return outputs

    return loop


def scipy_arguments(name: str, k: int, ndim: int) -> dict[str, Any]:
    """SciPy's names for the window and the border."""
    options = arguments(name, k, ndim)
    if "size" in options:
        options["size"] = (k,) * ndim
    return options | {"mode": mode_of(name)}


def scipy(name: str, image: np.ndarray, k: int) -> Call | None:
    """SciPy on an image or a volume."""
    if name not in SCIPY:
        return None
    options = scipy_arguments(name, k, image.ndim)
    return partial(SCIPY[name], image, output=room(name, image), **options)


def simpleitk(name: str, image: np.ndarray, k: int) -> Call | None:
    """SimpleITK on an image or a volume; it has no outputs made before."""
    if SimpleITK is None:
        return None
    sitk, radius = SimpleITK, [k // 2] * image.ndim
    source = sitk.GetImageFromArray(image)
    if name == "convolve":
        # its weights have the image's type, so that it needs floats
        weights = sitk.GetImageFromArray(dense(k, image.ndim).astype(np.float32))
        return partial(sitk.Convolution, sitk.Cast(source, sitk.sitkFloat32), weights)
    calls = {
        "mean": partial(sitk.BoxMean, source, radius),
        "median": partial(sitk.Median, source, radius),
        "gaussian": partial(sitk.DiscreteGaussian, source, (k / 6) ** 2, k, 1e-4),
        "erosion": partial(sitk.GrayscaleErode, source, radius, sitk.sitkBox),
        "dilation": partial(sitk.GrayscaleDilate, source, radius, sitk.sitkBox),
    }
    return calls.get(name)


def as_array(result: Any) -> np.ndarray:
    """A peer's result as an array."""
    return result if isinstance(result, np.ndarray) else SimpleITK.GetArrayFromImage(result)
