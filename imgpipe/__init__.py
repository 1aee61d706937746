"""Classical image-analysis pipelines for medical images.

The rooms are reached as attributes and load on first use::

    import imgpipe

    smooth = imgpipe.kernels.gaussian(image, sigma=1.5)
    numbers = imgpipe.features.extract(image)
    pipeline = imgpipe.learn.make_pipeline("svm")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "__version__",
    "bundle",
    "datasets",
    "detect",
    "enhance",
    "evaluate",
    "features",
    "images",
    "kernels",
    "learn",
    "report",
    "segment",
    "tables",
]

if TYPE_CHECKING:
    from imgpipe import (
        bundle,
        datasets,
        detect,
        enhance,
        evaluate,
        features,
        images,
        kernels,
        learn,
        report,
        segment,
        tables,
    )
    from imgpipe._common import InputError


def __getattr__(name: str) -> Any:
    if name == "InputError":
        return import_module("imgpipe._common").InputError
    if name in __all__:
        with import_module("imgpipe._common").needed_for(f"imgpipe.{name}"):
            return import_module(f"imgpipe.{name}")
    raise AttributeError(f"module 'imgpipe' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
