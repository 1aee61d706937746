"""Where the classes stand now that files of an earlier layout name elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

OLD_ROOM = "imgpipe.learn.classifiers.deep"
_NETWORKS = "imgpipe.learn.networks"
_MOVED = {
    "augment": {"Augmentation": "fitting.augment"},
    "estimator": {"ConvNetClassifier": "estimator"},
    "layers": {
        "GlobalAverage": "layers.residual",
        "Residual": "layers.residual",
        "Standardise": "layers.standardise",
    },
    "networks": {"ConvBlock": "layers.blocks", "Network": "layers.network"},
}


@contextmanager
def known_again() -> Iterator[None]:
    """Let a pickle find classes of networks under the names of their earlier modules."""
    stand_ins = {}
    for name, places in _MOVED.items():
        module = ModuleType(f"{OLD_ROOM}.{name}")
        for item, place in places.items():
            setattr(module, item, getattr(import_module(f"{_NETWORKS}.{place}"), item))
        stand_ins[module.__name__] = module
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
