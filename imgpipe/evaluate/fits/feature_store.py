"""Features computed once for all images, shared by all models, and kept on disk."""

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from joblib.memory import MemorizedFunc
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

import imgpipe
from imgpipe._common import cache_dir
from imgpipe.datasets.naming import naming_images
from imgpipe.evaluate.data.images import take
from imgpipe.evaluate.data.leakage import Survey
from imgpipe.evaluate.fits.cost import cpu_seconds
from imgpipe.evaluate.fits.fitting import unparallel
from imgpipe.learn import FeatureExtractor

_ROOMS = (
    "_runtime",
    "images",
    "kernels",
    "features",
    "learn",
)  # whose code the cached numbers depend on
_CACHE_BYTES = 2 * 1024**3
_WORTH_WORKERS = 30_000_000  # pixels; below, processes take longer to start than to work


class FeatureStore:
    """Gives each model the input of its first step that has something to learn."""

    def __init__(self, images: Any, found: Survey, dataset: Any = None) -> None:
        self.images = images
        self._dataset = dataset
        self._small = found.pixels < _WORTH_WORKERS
        self._pixels = hashlib.sha256(b"".join(found.digests)).hexdigest()
        self._known: dict[str, tuple[Any, float]] = {}
        self._fitted: dict[str, list[Any]] = {}

    def inputs(self, feature_steps: list[Any]) -> tuple[Any, float]:
        """Output of the stateless steps for all images, and the CPU seconds it took.

        The seconds are those of the first computation, also when the numbers come from the cache.
        """
        if not feature_steps:
            return self.images, 0.0
        key = _key(self._pixels, feature_steps)
        if key not in self._known:
            if self._small:
                feature_steps = [unparallel(clone(step)) for step in feature_steps]
            # another person's transformer may change without a trace in the key
            ours = all(type(step).__module__.split(".")[0] == "imgpipe" for step in feature_steps)
            compute = _cached if ours else _run
            with naming_images(self._dataset):
                self._known[key] = compute(key, self.images, feature_steps)
        return self._known[key]

    def fitted(self, feature_steps: list[Any]) -> list[Any]:
        """Return the stateless steps, fitted on the first image, once for all models."""
        key = _key(self._pixels, feature_steps)
        if key not in self._fitted:
            steps: list[Any] = []
            values = take(self.images, np.array([0]))
            for step in feature_steps:
                if steps:
                    values = steps[-1].transform(values)
                steps.append(clone(step).fit(values))
            self._fitted[key] = steps
        return self._fitted[key]


def split_features(model: Any) -> tuple[list[Any], Any]:
    """Part a pipeline into its leading stateless steps, features included, and the rest.

    A model that computes no features with a `FeatureExtractor` stays whole: its input is images.
    """
    if not isinstance(model, Pipeline):
        return [], model
    steps = [step for _, step in model.steps[:-1]]
    length = 0
    for position, step in enumerate(steps, start=1):
        if step not in (None, "passthrough") and get_tags(step).requires_fit:
            break
        if isinstance(step, FeatureExtractor):
            length = position
    feature_steps = [step for step in steps[:length] if step not in (None, "passthrough")]
    return feature_steps, Pipeline(model.steps[length:]) if length else model


def join_features(model: Any, fitted: list[Any], fitted_steps: Any) -> Any:
    """Put the fitted rest behind `model`'s own fitted steps: a pipeline that takes images."""
    if not fitted:
        return fitted_steps
    steps, ready = [], iter(fitted)
    for name, step in model.steps[: len(model.steps) - len(fitted_steps.steps)]:
        steps.append((name, step if step in (None, "passthrough") else next(ready)))
    return Pipeline([*steps, *fitted_steps.steps])


def _key(pixels: str, feature_steps: list[Any]) -> str:
    """Identify pixels, settings and code; the number of workers changes nothing."""
    settings = [
        (type(step).__qualname__, {k: v for k, v in step.get_params().items() if k != "n_jobs"})
        for step in feature_steps
    ]
    return joblib.hash([pixels, settings, imgpipe.__version__, _code()])


@cache
def _code() -> str:
    """Hash of the sources that the numbers depend on, read once in a process."""
    digest = hashlib.sha256()
    package = Path(imgpipe.__file__).parent
    for room in _ROOMS:
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _run(key: str, images: Any, feature_steps: list[Any]) -> tuple[Any, float]:
    """Send all images through the stateless steps."""
    values, spent = images, 0.0
    for step in feature_steps:
        # the first image also loads compiled code, which is not part of the price
        ready = clone(step).fit(take(values, np.array([0])))
        before = cpu_seconds()
        values = ready.transform(values)
        spent += cpu_seconds() - before
    return values, spent


def _cached(key: str, images: Any, feature_steps: list[Any]) -> tuple[Any, float]:
    """Do as `_run` does, or read what it found before.

    joblib renames finished files into place, so an interrupt leaves no half-written entry, and
    computes again where an entry cannot be read. A cache that cannot be written is done without.
    """
    folder = cache_dir() / "features"
    try:
        memory = joblib.Memory(folder, verbose=0)
    except OSError:
        return _run(key, images, feature_steps)
    function: MemorizedFunc = memory.cache(_run, ignore=["images", "feature_steps"])
    quiet = logging.getLogger(getattr(function, "_name", "joblib"))
    level = quiet.level
    # the traceback of an unreadable entry would alarm, and the entry is replaced anyway
    quiet.setLevel(logging.CRITICAL)
    try:
        found = function(key, images, feature_steps)
        memory.reduce_size(bytes_limit=_CACHE_BYTES)
    except OSError:
        return _run(key, images, feature_steps)
    finally:
        quiet.setLevel(level)
    return found
