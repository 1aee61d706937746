"""What all pages of a lab share: images, workers, and how far the start is."""

import tempfile
import time
from typing import Any

from imgpipe.lab.app.session import Session
from imgpipe.lab.app.sources import Sources
from imgpipe.lab.app.starting import Status
from imgpipe.lab.app.workers import Worker
from imgpipe.lab.models import Models
from imgpipe.serve.app.bodies import Bodies
from imgpipe.serve.app.log import Log
from imgpipe.serve.app.places import where
from imgpipe.serve.app.settings import Settings

_QUIET = ("/health", "/live")


class Lab:
    """The lab as its routes see it.

    Parameters
    ----------
    settings : Settings
    log : Log
    models : Models
        That can be asked.
    """

    def __init__(self, settings: Settings, log: Log, models: Models) -> None:
        self.settings, self.log, self.models = settings, log, models
        self.closing = False
        self._folder = tempfile.TemporaryDirectory(
            prefix="imgpipe-lab-", ignore_cleanup_errors=True
        )
        self.bodies = Bodies(settings)
        self.sources = Sources()
        self.sessions: set[Session] = set()
        self.pixels = Worker("pixels", self._failed)
        self.files = Worker("files", self._failed)
        self.models_asked = Worker("models", self._failed)
        self.starting = Worker("starting", self._failed)
        self.status = Status(self.starting, self.pixels, self._tell)

    def forget(self, session: Session) -> None:
        """Let a page go, and what is done for it."""
        self.sessions.discard(session)
        self.pixels.forget(session)
        self.models_asked.forget(session)

    def ended(
        self, method: str, route: str, status: int, seconds: float, state: dict[str, Any]
    ) -> None:
        """Write a request into the log."""
        if route not in _QUIET:
            self.log.request(method, route, status, seconds, state.get("images", 0))

    def close(self) -> None:
        """Take no further request."""
        self.closing = True
        for session in tuple(self.sessions):
            self.forget(session)

    def end(self, seconds: float) -> bool:
        """End the workers; tell whether they did in time."""
        self.models.close()
        due = time.monotonic() + seconds
        workers = (self.pixels, self.files, self.models_asked, self.starting)
        ended = [worker.end(max(0.0, due - time.monotonic())) for worker in workers]
        return all(ended)

    @property
    def folder(self) -> str:
        """Folder for what must be a file while it is read."""
        return self._folder.name

    def remove(self) -> None:
        """Remove all files, as the process may end at once."""
        self._folder.cleanup()

    def _tell(self, head: dict[str, Any]) -> None:
        for session in tuple(self.sessions):
            session.send(head)

    def _failed(self, error: Exception) -> None:
        self.log.note(f"a bug in imgpipe: {where(error)}")
