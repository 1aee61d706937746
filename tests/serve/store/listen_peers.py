"""A listener as a process of its own, images for it, and senders: pynetdicom and dcmtk."""

import copy
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_STORE

from imgpipe.serve.store.receiving import close_for_good

STUDY, SERIES = "1.2.826.0.1.1", "1.2.826.0.1.2"
SUCCESS = 0x0000


def dcmtk(tool: str) -> str:
    """Path of a tool of dcmtk; pynetdicom brings some of the same names into its environment."""
    own = Path(sys.executable).parent
    places = [place for place in os.get_exec_path() if Path(place) != own]
    found = shutil.which(tool, path=os.pathsep.join(places))
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs {tool}: install dcmtk")
    return found


def image(n: int = 0, pixels: np.ndarray | None = None, **elements: Any) -> FileDataset:
    """Give a small image, of its own UID for each n; level 40 or 200 by turns."""
    if pixels is None:
        rng = np.random.default_rng(n)
        pixels = rng.integers(0, 40, (16, 16), np.uint8) + np.uint8(160 * (n % 2))
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID = CTImageStorage
    data.SOPInstanceUID = f"1.2.826.0.1.3.{n}"
    data.StudyInstanceUID, data.SeriesInstanceUID = STUDY, SERIES
    data.PatientName, data.PatientID, data.PatientBirthDate = "Doe^Jane", "P7", "19700101"
    data.PatientSex, data.StudyDate, data.StudyTime = "F", "20260102", "101112"
    data.AccessionNumber, data.StudyID, data.Modality = "A1", "S1", "CT"
    data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
    data.Rows, data.Columns = pixels.shape[-2:]
    data.BitsAllocated = data.BitsStored = 8 * pixels.itemsize
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, 0
    data.PixelData = pixels.tobytes()
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    meta.MediaStorageSOPClassUID = data.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    return data


def kept_at(folder: Path, data: Any) -> Path:
    """Where a listener keeps an image."""
    series = folder / data.StudyInstanceUID / data.SeriesInstanceUID
    return series / f"{data.SOPInstanceUID}.dcm"


@dataclass
class Running:
    """A listener that runs."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    waiting: int

    def events(self) -> Iterator[dict[str, Any]]:
        """What it says until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield json.loads(line)

    def until(self, event: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait for something to happen so often; what happened up to then."""
        seen = []
        for told in self.events():
            seen.append(told)
            times -= told["event"] == event
            if not times:
                return seen
        raise AssertionError(f"it ended: {seen[-3:]}, {self.process.stderr.read()}")

    def stop(self) -> dict[str, Any]:
        """End it as a service manager does; its last line."""
        self.process.send_signal(signal.SIGTERM)
        told = list(self.events())
        assert self.process.wait(30) == 0, self.process.stderr.read()
        return told[-1]

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def listening(
    model: Path, folder: Path, *options: object, program: Sequence[str] = ("-m", "imgpipe")
) -> Iterator[Running]:
    """Run `imgpipe listen` on a free port."""
    words = ["listen", model, "--out", folder, "--port", 0, "--json", *options]
    command = [sys.executable, *program, *map(str, words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            first = process.stdout.readline()
            assert first, process.stderr.read()
            told = json.loads(first)
            assert told["event"] == "listening"
            yield Running(process, told["port"], folder, told["waiting"])
        finally:
            process.kill()


@contextmanager
def connected(
    port: int, title: str = "SENDER", contexts: Sequence[Any] = (CTImageStorage,)
) -> Iterator[Any]:
    """An association of pynetdicom with a listener; contexts are classes, or (class, syntax)."""
    entity = AE(ae_title=title)
    for context in contexts:
        entity.add_requested_context(*(context if isinstance(context, tuple) else (context,)))
    handlers = [(evt.EVT_CONN_OPEN, lambda event: close_for_good(event.assoc.dul.socket))]
    association = entity.associate("127.0.0.1", port, evt_handlers=handlers)
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def send(port: int, *images: Any, title: str = "SENDER") -> list[Any]:
    """Send images in one association; the answers."""
    with connected(port, title) as association:
        assert association.is_established
        return [association.send_c_store(each) for each in images]


def result(folder: Path, data: Any) -> dict[str, Any]:
    """What stands beside an image."""
    return json.loads(kept_at(folder, data).with_suffix(".json").read_text(encoding="utf-8"))


def is_kept(folder: Path, data: Any) -> bool:
    """Whether an image lies there with all its elements; pixels may have another type of bytes."""
    found, wanted = pydicom.dcmread(kept_at(folder, data)), copy.deepcopy(data)
    same_pixels = found.PixelData == wanted.PixelData
    del found.PixelData, wanted.PixelData
    return bool(same_pixels and found == wanted)


def request(association: Any, sop_class: str, sop_instance: str, content: bytes) -> Any:
    """Send a request that announces something, followed by any bytes; the answer."""
    message = C_STORE()
    message.MessageID, message.Priority = 1, 2
    message.AffectedSOPClassUID, message.AffectedSOPInstanceUID = sop_class, sop_instance
    message.DataSet = io.BytesIO(content)
    (context,) = [c for c in association.accepted_contexts if c.abstract_syntax == sop_class]
    association._reactor_checkpoint.clear()  # as the library does while it waits for an answer
    try:
        wait_for(lambda: association._is_paused)
        association.dimse.send_msg(message, context.context_id)
        return association.dimse.get_msg(block=True)[1]
    finally:
        association._reactor_checkpoint.set()


def wait_for(true: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def saved(data: Any, path: Path) -> Path:
    """Save an image as a file."""
    pydicom.dcmwrite(path, data, enforce_file_format=True)
    return path
