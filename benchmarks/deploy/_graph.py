"""An exported graph where imgpipe is not: ``python _graph.py MODEL.onnx IMAGE``, .npy or a picture.

With one image it prints its probabilities. With a stack (.npy) and ``CALLS`` as a third argument it
prints, as JSON, what it said of each image and the milliseconds of so many calls, one image each.
"""

import json
import os
import sys
import time

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnxruntime

_WARM_UP = 20

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])


def said(image: np.ndarray) -> np.ndarray:
    """Probabilities of one image."""
    return session.run(None, {"image": image})[0]


def race(stack: np.ndarray, calls: int) -> dict[str, object]:
    """What is said of all, and what calls take."""
    spent = []
    for i in range(_WARM_UP):
        said(stack[i % len(stack)])
    cpu = time.process_time()
    for i in range(calls):
        start = time.perf_counter()
        said(stack[i % len(stack)])
        spent.append(1e3 * (time.perf_counter() - start))
    cpu = time.process_time() - cpu
    return {"ms": spent, "cpu_ms": 1e3 * cpu, "said": [said(each).tolist() for each in stack]}


if sys.argv[2].endswith(".npy"):
    given = np.load(sys.argv[2])
else:
    from PIL import Image

    given = np.asarray(Image.open(sys.argv[2]))
if len(sys.argv) == 4:
    print(json.dumps(race(given, int(sys.argv[3]))))
else:
    print(*said(given))
