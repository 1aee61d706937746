"""A DICOM listener under load: ``python -m benchmarks.deploy.listening MODEL.imgpipe``.

One sender, one association, a process of its own; what the listener spends is the CPU time of its
process. `measure` gives the same figures to whoever holds a model and images of its kind.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from imgpipe import bundle

_SENDER = """
import sys, time
import pydicom
from pathlib import Path
from pynetdicom import AE
entity = AE()
entity.add_requested_context("1.2.840.10008.5.1.4.1.1.7")
images = [pydicom.dcmread(path) for path in sorted(Path(sys.argv[2]).iterdir())]
association = entity.associate("127.0.0.1", int(sys.argv[1]))
start = time.perf_counter()
assert all(association.send_c_store(each).Status == 0 for each in images)
print(time.perf_counter() - start)
association.release()
"""


def write_images(stack: np.ndarray, folder: Path) -> None:
    """Save gray images (n, h, w) of 8 or 16 bits as DICOM secondary captures."""
    from pydicom import dcmwrite
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

    for n, pixels in enumerate(stack):
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID, data.SOPInstanceUID = SecondaryCaptureImageStorage, f"2.25.7.{n}"
        data.StudyInstanceUID, data.SeriesInstanceUID = "2.25.5", "2.25.6"
        data.PatientName, data.PatientID, data.Modality = "Bench^Mark", "B1", "XA"
        data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
        data.Rows, data.Columns = pixels.shape
        bits = 8 * pixels.itemsize
        data.BitsAllocated, data.BitsStored, data.HighBit = bits, bits, bits - 1
        data.PixelRepresentation, data.PixelData = pixels.dtype.kind == "i", pixels.tobytes()
        dcmwrite(folder / f"{n:06d}.dcm", data, enforce_file_format=True)


def measure(model: Path, stack: np.ndarray, results: str = "both") -> dict[str, float]:
    """Images a second stored and predicted, milliseconds of CPU for each, and how many are lost.

    Lost is an image that was answered for, and is not there with its result at the end.

    Parameters
    ----------
    model : Path
        A bundle.
    stack : ndarray of 8- or 16-bit integers, shape (n, h, w)
        Images that it takes; the first one warms up and does not count.
    results : {"both", "json", "sr"}
        What is written of each.
    """
    with tempfile.TemporaryDirectory() as place:
        first, others = Path(place, "first"), Path(place, "others")
        for folder, images in ((first, stack[:1]), (others, stack[1:])):
            folder.mkdir()
            write_images(images, folder)
        _rename(first)
        inbox = Path(place, "in")
        with _listening(model, inbox, results) as (process, port, events):
            _send(port, first, events, 1)
            spent, start = _cpu(process), time.perf_counter()
            stored = _send(port, others, events, len(stack) - 1)
            whole, spent = time.perf_counter() - start, _cpu(process) - spent
        lost = len(stack) - len(_whole(inbox, results))
    n = len(stack) - 1
    return {
        "images": n,
        "stored_per_s": n / stored,
        "done_per_s": n / whole,
        "cpu_ms": 1e3 * spent / n,
        "lost": lost,
    }


def _whole(inbox: Path, results: str) -> list[Path]:
    """Images with a prediction beside them."""
    ends = {"json": [".json"], "sr": [".sr.dcm"], "both": [".json", ".sr.dcm"]}[results]
    return [
        image
        for image in inbox.glob("*/*/*.dcm")
        if not image.name.endswith(".sr.dcm")
        and all(image.with_name(image.stem + end).exists() for end in ends)
        and (results == "sr" or not json.loads(image.with_suffix(".json").read_text())["error"])
    ]


def _rename(folder: Path) -> None:
    """Give the image that warms up a UID of its own."""
    import pydicom

    (path,) = folder.iterdir()
    data = pydicom.dcmread(path)
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "2.25.8"
    data.save_as(path)


@contextmanager
def _listening(model: Path, folder: Path, results: str) -> Iterator[tuple[Any, int, Any]]:
    command = [sys.executable, "-m", "imgpipe", "listen", str(model), "--out", str(folder)]
    command += ["--port", "0", "--json", "--results", results]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        events = map(json.loads, process.stdout)
        try:
            yield process, next(events)["port"], events
        finally:
            process.terminate()
            process.stdout.read()


def _send(port: int, folder: Path, events: Any, n: int) -> float:
    """Send a folder and wait until it is predicted; seconds until all was stored."""
    command = [sys.executable, "-c", _SENDER, str(port), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:
        _until(events, n)
        return float(sender.communicate()[0])


def _until(events: Any, n: int) -> None:
    while n:
        told = next(events)
        assert told["event"] in ("stored", "predicted"), told
        n -= told["event"] == "predicted"


def _cpu(process: Any) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Measure one model with made-up images of the size that it takes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--images", type=int, default=500)
    asked = parser.parse_args()
    model = bundle.load(asked.model).model
    shape = (asked.images + 1, *model.image_shape[:2])
    stack = np.random.default_rng(0).integers(0, 128, shape).astype(model.dtype)
    for results in ("json", "both"):
        found = measure(asked.model, stack, results)
        print(results, {name: round(value, 1) for name, value in found.items()})


if __name__ == "__main__":
    main()
