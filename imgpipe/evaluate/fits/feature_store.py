"""Features computed once for all images, shared by all models, and kept on disk."""

import hashlib
import logging
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from joblib.memory import MemorizedFunc
from sklearn.base import clone

import imgpipe
from imgpipe._common import cache_dir
from imgpipe._runtime.backends import parallel_config
from imgpipe.datasets.naming import naming_images
from imgpipe.enhance import ENHANCEMENTS
from imgpipe.evaluate.data.samples import take
from imgpipe.evaluate.data.survey import Survey
from imgpipe.evaluate.fits.cost import cpu_seconds
from imgpipe.evaluate.fits.parameters import unparallel
from imgpipe.features import FAMILIES, catalogue
from imgpipe.features.inputs.new_grid import resampling_from
from imgpipe.images.windows import OF_THE_FILE
from imgpipe.kernels import OWN
from imgpipe.learn import FeatureExtractor, Filter, Segment
from imgpipe.segment import RECIPES, SEGMENTERS

# whose code the cached numbers depend on
_ROOMS = ("_runtime", "images", "kernels", "enhance", "segment", "features", "learn")
_CACHE_BYTES = 2 * 1024**3
_FIRST = 2  # images that are sent ahead: several go another way than one
_WORTH_WORKERS = 30_000_000  # pixels; below, processes take longer to start than to work


class FeatureStore:
    """Gives each model the input of its first step that has something to learn.

    `feature_steps` are the stateless steps before it, unfitted.
    """

    def __init__(self, images: Any, survey: Survey, dataset: Any = None) -> None:
        self.images = images
        self._dataset = dataset
        self._small = survey.pixels < _WORTH_WORKERS
        self._pixels = hashlib.sha256(b"".join(survey.keys)).hexdigest()
        self._computed: dict[str, tuple[Any, float]] = {}
        self._fitted: dict[str, list[Any]] = {}

    def inputs(self, feature_steps: list[Any]) -> tuple[Any, float]:
        """Output of the steps for all images, and the CPU seconds it took.

        The seconds are those of the first computation, also when the numbers come from the cache.
        """
        if not feature_steps:
            return self.images, 0.0
        key = _key(self._pixels, feature_steps)
        if key not in self._computed:
            if self._small:
                feature_steps = [unparallel(clone(step)) for step in feature_steps]
            compute = _cached if all(map(_is_ours, feature_steps)) else _transformed
            with naming_images(self._dataset), self._workers():
                self._computed[key] = compute(key, self.images, feature_steps)
        return self._computed[key]

    def _workers(self) -> AbstractContextManager[Any]:
        """Those of a cluster, where one was chosen, for what is worth workers."""
        return nullcontext() if self._small else parallel_config()

    def fitted(self, feature_steps: list[Any]) -> list[Any]:
        """Return the steps fitted on the first image, once for all models."""
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


def _key(pixels: str, feature_steps: list[Any]) -> str:
    """Identify pixels, settings and code; the number of workers changes nothing."""
    settings = [
        (type(step).__qualname__, {k: v for k, v in step.get_params().items() if k != "n_jobs"})
        for step in feature_steps
    ]
    return joblib.hash([pixels, settings, imgpipe.__version__, hash_of_sources()])


def _is_ours(step: Any) -> bool:
    """Tell whether the key covers all that a step's numbers depend on.

    The code of other people may change without a trace.
    """
    if isinstance(step, Filter) and step.name not in (*OWN, *ENHANCEMENTS):
        return False
    if isinstance(step, Filter) and getattr(step, "preset", None) == OF_THE_FILE:
        return False  # the key holds pixels, masks and spacing, and no windows
    if isinstance(step, Segment) and step.recipe not in (*RECIPES.own, *SEGMENTERS.own):
        return False
    if isinstance(step, FeatureExtractor):
        how = resampling_from(step.resampling)
        if how is not None and how.rounding is None:
            return False  # it goes by the unit of the pixels, which the key does not hold
        used = {feature.family for feature in catalogue(step.families)}
        if not used <= set(FAMILIES.own):
            return False
    return type(step).__module__.split(".")[0] == "imgpipe"


@cache
def hash_of_sources() -> str:
    """Identify the code that the numbers depend on, read once in a process."""
    digest = hashlib.sha256()
    package = Path(imgpipe.__file__).parent
    for room in _ROOMS:
        for source in sorted((package / room).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _transformed(key: str, images: Any, feature_steps: list[Any]) -> tuple[Any, float]:
    """Send all images through the steps; give the CPU seconds too."""
    values, seconds = images, 0.0
    for step in feature_steps:
        # the first images also load compiled code, which is not part of the price
        ready = clone(step).fit(take(values, np.array([0])))
        ready.transform(take(values, np.arange(min(_FIRST, len(values)))))
        before = cpu_seconds()
        values = ready.transform(values)
        seconds += cpu_seconds() - before
    return values, seconds


def _cached(key: str, images: Any, feature_steps: list[Any]) -> tuple[Any, float]:
    """Do as `_transformed` does, or read what it gave before.

    joblib renames finished files into place, so an interrupt leaves no half-written entry, and
    computes again where an entry cannot be read. A cache that cannot be written is done without.
    """
    folder = cache_dir() / "features"
    try:
        memory = joblib.Memory(folder, verbose=0)
    except OSError:
        return _transformed(key, images, feature_steps)
    recall: MemorizedFunc = memory.cache(_transformed, ignore=["images", "feature_steps"])
    logger = logging.getLogger(getattr(recall, "_name", "joblib"))
    level = logger.level
    # the traceback of an unreadable entry would alarm, and the entry is replaced anyway
    logger.setLevel(logging.CRITICAL)
    try:
        values_and_seconds = recall(key, images, feature_steps)
        memory.reduce_size(bytes_limit=_CACHE_BYTES)
    except OSError:
        return _transformed(key, images, feature_steps)
    finally:
        logger.setLevel(level)
    return values_and_seconds
