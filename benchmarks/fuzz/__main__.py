"""Changes bundles at random for a while: `python -m benchmarks.fuzz --seconds 60`.

Each must be refused, or predict sanely; `campaign` says what numbers and records mean.
"""

import sys

from benchmarks._timing import RESULTS
from benchmarks.fuzz.campaign import Campaign, run
from benchmarks.fuzz.seeds import write_seeds

BUNDLES = Campaign(
    what="bundles",
    worker="benchmarks.fuzz.worker",
    write_seeds=write_seeds,
    record=RESULTS / "fuzz.json",
    packages=("imgpipe", "numpy", "numba", "onnxruntime", "scikit-learn", "lightgbm", "torch"),
    least=1000 / 60,
)

if __name__ == "__main__":
    sys.exit(run(BUNDLES))
