"""Predictions of kept images, one after the other, behind what receives."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from imgpipe._common import InputError
from imgpipe.serve.store.attempts import MOST, Attempts
from imgpipe.serve.store.inbox import Inbox, json_beside, sr_beside
from imgpipe.serve.store.instance import Instance
from imgpipe.serve.store.record import ModelFile, Record, record_of
from imgpipe.serve.store.structured_report import HEADER, report_of

Tell = Callable[..., None]

_TRIED = (
    f"the listener ended {MOST} times while it predicted this image (a decoder that crashed, want "
    "of memory, or a kill); remove this result to have it tried again at the next start"
)


class Predicting(threading.Thread):
    """Predicts images in the order in which they are given."""

    def __init__(self, model: ModelFile, inbox: Inbox, tell: Tell) -> None:
        super().__init__(name="predicting", daemon=True)
        self._model, self._inbox, self._tell = model, inbox, tell
        self._attempts = Attempts(inbox.folder, inbox.scratch)
        self._queue: SimpleQueue[Path] = SimpleQueue()
        self._ended = threading.Event()
        self._counting = threading.Lock()
        self._unfinished = 0

    def add_left(self, images: Iterable[Path]) -> None:
        """Let images of an earlier run be predicted, those last that it did not outlive."""
        for image in self._attempts.read(images):
            self.add(image)

    def add(self, image: Path) -> None:
        """Let an image be predicted."""
        with self._counting:
            self._unfinished += 1
        self._queue.put(image)

    @property
    def waiting(self) -> int:
        """Images that were added and are not done, the one at work among them."""
        return self._unfinished

    def end(self) -> None:
        """Finish the image at work; the others keep for the next start."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Predict until the end."""
        while not self._ended.is_set():
            with suppress(Empty):
                self._predict(self._queue.get(timeout=0.1))
                with self._counting:
                    self._unfinished -= 1
        with suppress(OSError):
            self._attempts.close()

    def _predict(self, image: Path) -> None:
        try:
            record = self._write(image)
        except Exception as error:  # without its result it is predicted at the next start
            if isinstance(error, OSError):  # of the disk, not of the image
                self._attempts.forget(image)
            self._tell("unwritten", image, why=_reason(error))
            return
        self._attempts.forget(image)
        if record.error:
            self._tell("failed", image, why=record.error)
        else:
            self._tell("predicted", image)

    def _write(self, image: Path) -> Record:
        """Predict, and write the results: the JSON last, since it says that all is there."""
        before = self._attempts.begin(image)
        header = _header_of(image)
        sop_class = str(header.get("SOPClassUID", ""))
        record = self._record(image, sop_class, before)
        time = datetime.now(UTC).astimezone()
        report, results = None, self._inbox.results
        if results != "json" and not record.error:
            report, record = self._report(image, record, header, time)
        if results != "sr" or report is None:
            self._inbox.write(json_beside(image), record.to_json(report, time))
        return record

    def _record(self, image: Path, sop_class: str, before: int) -> Record:
        series = image.parent
        instance = Instance(sop_class, image.stem, series.parent.name, series.name)
        if before >= MOST:
            return Record(instance, self._model, error=f"{image}: {_TRIED}")
        try:
            told = self._model.predictor.predict([image])
        except InputError as error:
            return Record(instance, self._model, error=str(error))
        except (OSError, MemoryError):
            raise
        except Exception as error:  # one image must not end the service
            return Record(instance, self._model, error=_bug(error))
        return record_of(told, instance, self._model)

    def _report(
        self, image: Path, record: Record, header: Any, time: datetime
    ) -> tuple[Path | None, Record]:
        """Write the report; what hinders it is an error of the record."""
        path = sr_beside(image)
        try:
            content, left_out = report_of(record, header, time)
        except Exception as error:  # whatever a header makes of a report
            text = f"no report could be made of it: {_bug(error)}"
            return None, record.with_error(text)
        self._inbox.write(path, content)
        if left_out:
            names = ", ".join(left_out)
            record = record.warned(f"the report leaves out what is not valid DICOM: {names}")
        return path, record


def _header_of(image: Path) -> Any:
    import pydicom

    try:
        return pydicom.dcmread(
            image, stop_before_pixels=True, specific_tags=["SOPClassUID", *HEADER]
        )
    except OSError:
        raise
    except Exception:  # it was readable when it came; the prediction says what is wrong with it
        return pydicom.Dataset()


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory"
    return (error.strerror or str(error)) if isinstance(error, OSError) else _bug(error)


def _bug(error: Exception) -> str:
    return f"{type(error).__name__}: {error} (a bug in imgpipe)"
