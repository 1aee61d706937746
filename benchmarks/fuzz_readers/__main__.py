"""Changes image files at random for a while: `python -m benchmarks.fuzz_readers --seconds 60`.

Each must be refused, or be read sanely; `benchmarks.fuzz.campaign` says what numbers and records
mean.
"""

import sys

from benchmarks._timing import RESULTS
from benchmarks.fuzz.campaign import Campaign, run
from benchmarks.fuzz_readers.seeds import write_seeds

READERS = Campaign(
    what="image files",
    worker="benchmarks.fuzz_readers.worker",
    write_seeds=write_seeds,
    record=RESULTS / "fuzz_readers.json",
    packages=(
        *("imgpipe", "numpy", "pydicom", "pillow", "opencv-python", "tifffile"),
        *("pyjpegls", "pylibjpeg", "pylibjpeg-openjpeg", "imagecodecs"),
    ),
    least=100,
    chunk=25_000,
)

if __name__ == "__main__":
    sys.exit(run(READERS))
