"""Runs cases, one after the other, within limits of memory and time; prints what became of them."""

import faulthandler
import json
import mmap
import os
import re
import resource
import struct
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fuzz.campaign import asked_of_worker
from benchmarks.fuzz.mutations import case
from imgpipe import InputError, bundle
from imgpipe.bundle.archive.refusing import WAY_OUT
from imgpipe.bundle.inference.selftest_images import made_up_images
from imgpipe.bundle.predictions import Predictions
from imgpipe.detect import FittedDetector
from imgpipe.images import Image
from imgpipe.segment import PixelClassifier

ADDRESS_SPACE = 6 * 2**30  # the code of Numba and onnxruntime maps some two of them
GROWTH = 600 * 2**20
"""Resident bytes that all cases together may add to what sound bundles take."""
LIMIT = 20.0  # seconds of a case, on a machine that others use
_MOST_PIXELS = 2**16
VARYING = re.compile(r"'[^']*'|b'[^']*'|\"[^\"]*\"|\(.*?\)|-?\d[\d.,e+-]*")


def main() -> None:
    told = asked_of_worker()
    warnings.simplefilter("error")
    faulthandler.enable()
    bundles = {path.name: path.read_bytes() for path in sorted(told.folder.glob("*.imgpipe"))}
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shared) as folder, open(told.status, "r+b") as file:
        status = mmap.mmap(file.fileno(), 8)
        path = Path(folder, "case.imgpipe")
        for content in bundles.values():
            path.write_bytes(content)
            if outcome(path) != "predicted":
                raise SystemExit(f"a sound bundle is refused: {outcome(path)}")
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        print(json.dumps(_run(path, bundles, status, told)))


def _run(path: Path, bundles: dict[str, bytes], status: Any, told: Any) -> dict[str, Any]:
    found: Counter[str] = Counter()
    failures, slowest, count = [], (0.0, 0), 0
    least = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    begun = time.time()  # what was compiled until here is not the cases' time
    for seed in range(told.first, told.first + told.count):
        if time.time() > begun + told.seconds:
            break
        status[:] = struct.pack("<q", seed)
        what, content = case(seed, bundles)
        path.write_bytes(content)
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        start = time.process_time()
        try:
            found[outcome(path)] += 1
        except BaseException:
            failures.append({"seed": seed, "what": what, "error": traceback.format_exc()[-2000:]})
        slowest = max(slowest, (time.process_time() - start, seed))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - least
        if grown > GROWTH:
            failures.append({"seed": seed, "what": what, "error": f"grew by {grown:,} bytes"})
            least += grown
        count += 1
    faulthandler.cancel_dump_traceback_later()
    return {
        "cases": count,
        "seconds": time.time() - begun,
        "outcomes": dict(found),
        "failures": failures,
        "slowest": slowest,
        "grown": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - least,
    }


def outcome(path: Path) -> str:
    """Open a file and predict with it; give ``"predicted"``, or the reason why not.

    Raises
    ------
    AssertionError
        For an answer that is no probability, or no distance.
    Exception
        For any error but an `InputError` that names the file.
    """
    try:
        predictor = bundle.load(path)
    except InputError as error:
        text = str(error)
        assert text.startswith(f"{path}: "), repr(text)
        assert text.isprintable(), repr(text)
        return _reason(text.removeprefix(f"{path}: "))
    assert repr(predictor).isprintable()
    if isinstance(predictor, PixelClassifier):
        return _pixels(predictor)
    if isinstance(predictor, FittedDetector):
        return _lesions(predictor)
    model = predictor.model
    if np.prod(model.image_shape, dtype=float) > _MOST_PIXELS:
        return "opened; takes images too large to try"
    images = made_up_images(model, 3)
    try:
        said = model.pipeline.predict_proba(images)
    except InputError as error:
        return f"opened; {_reason(str(error))}"
    assert said.shape == (3, len(model.pipeline.classes_))
    assert ((said >= 0) & (said <= 1 + 1e-4)).all(), said
    assert np.abs(said.sum(axis=1) - 1).max() <= 1e-4
    told = predictor.predict(images)
    _check_novelty(told, model)
    told.to_records()
    if model.cases is not None:
        try:
            bundle.explain(predictor, images[0])
        except InputError as error:
            return f"opened, predicts, does not explain; {_reason(str(error))}"
    return "predicted"


def _pixels(classifier: PixelClassifier) -> str:
    """Let each pixel of noise have shares of its classes."""
    shape = (12,) * classifier.n_axes_
    values = np.random.default_rng(0).normal(size=(*shape, classifier.n_channels_)) * 100
    image = Image(values, channel_axis=-1, spacing=(1.0,) * len(shape))
    try:
        said = classifier.predict_proba(image)
    except InputError as error:
        return f"opened; {_reason(str(error))}"
    assert said.shape == (*shape, len(classifier.classes_))
    assert ((said >= 0) & (said <= 1)).all(), said
    assert np.abs(said.sum(axis=-1) - 1).max() <= 1e-5
    return "predicted"


def _lesions(detector: FittedDetector) -> str:
    """Let boxes lie within an image of noise, and have scores that fall from 1 to 0."""
    axes = detector.n_axes_
    sides = (24, 24) if axes == 2 else (8, 12, 12)
    values = np.random.default_rng(0).normal(size=(1, *sides))
    try:
        (boxes,) = detector.predict(values)
    except InputError as error:
        return f"opened; {_reason(str(error))}"
    assert boxes.shape[1] == 2 * axes + 1
    assert ((boxes[:, -1] >= 0) & (boxes[:, -1] <= 1 + 1e-4)).all()
    assert (np.diff(boxes[:, -1]) <= 0).all()
    assert (boxes[:, :axes] >= 0).all()
    assert (boxes[:, axes:-1] <= sides).all()
    return "predicted"


def _check_novelty(told: Predictions, model: Any) -> None:
    """Let each image that is predicted have a distance, which may be infinite, and a yes or no."""
    if model.novelty is None:
        assert told.ood_distance is None
        assert told.ood is None
        return
    assert told.ood_distance.dtype == np.float64
    for error, distance, marked in zip(told.errors, told.ood_distance, told.ood, strict=True):
        if error:
            assert np.isnan(distance), distance
            assert marked is None, marked
        else:
            assert distance >= 0, distance  # NaN is not
            assert marked is bool(distance > 1), (distance, marked)


def _reason(text: str) -> str:
    """Leave out of an error what differs from case to case."""
    return VARYING.sub("*", text.removesuffix(f"; {WAY_OUT}"))[:90]


if __name__ == "__main__":
    main()
