"""Fitted parts alone: one row of features to its probabilities, ours beside other runtimes."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import joblib
import numpy as np

from benchmarks._timing import alternate
from benchmarks.deploy.models import Kept
from imgpipe import bundle
from imgpipe._runtime.onnx_runtime import onnxruntime


def race(kept: Kept, seconds: float) -> dict[str, float]:
    """Median microseconds of each, in turns."""
    row = np.load(kept.row)
    ours = bundle.load(kept.bundle).model.pipeline
    stock = joblib.load(kept.bare)
    rivals: dict[str, Callable[[], Any]] = {
        "bundle": lambda: ours.classify(row),
        "stock": lambda: _by_stock(stock, row),
    }
    if kept.name == "forest" and find_spec("treelite"):
        rivals["treelite"] = _treelite(stock, row)
    if kept.name in ("forest", "svm", "logistic") and find_spec("skl2onnx"):
        rivals["skl2onnx"] = _skl2onnx(stock, row)
    times = alternate(list(rivals.values()), seconds=seconds, most=2001)
    return {name: 1e6 * spent for name, spent in zip(rivals, times, strict=True)}


def _by_stock(steps: list[Any], row: np.ndarray) -> Any:
    *preparation, last = steps
    for step in preparation:
        row = step.transform(row)
    return getattr(last, "predict_proba", last.predict)(row)


def _treelite(stock: list[Any], row: np.ndarray) -> Callable[[], Any]:
    """The trees alone, without imputation and scaling."""
    import treelite

    model = treelite.sklearn.import_model(stock[-1])
    row = row.astype(np.float32)
    return lambda: treelite.gtil.predict(model, row, nthread=1)


def _skl2onnx(stock: list[Any], row: np.ndarray) -> Callable[[], Any]:
    """All steps, in single precision, as its users convert them."""
    from skl2onnx import to_onnx
    from sklearn.pipeline import make_pipeline

    runtime = onnxruntime("skl2onnx")
    row = row.astype(np.float32)
    content = to_onnx(make_pipeline(*stock), row).SerializeToString()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"X": row})
