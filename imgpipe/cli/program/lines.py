"""Lines that are printed behind what goes on, which waits for nobody who reads them."""

import os
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import Any

_KEPT = 10_000
_PATIENCE = 3.0  # seconds without a line taken, after which the end waits no longer


class Lines(threading.Thread):
    """Prints lines from a thread of its own; those that nobody takes are counted and let go.

    Parameters
    ----------
    dropped : str
        Line that stands where lines are missing; ``{n}`` of them.
    kept : int
        Lines that may wait.
    """

    def __init__(self, dropped: str, kept: int = _KEPT) -> None:
        super().__init__(name="lines", daemon=True)
        self._note, self._most = dropped, kept
        self._waiting: deque[tuple[Any, str]] = deque()
        self._changed = threading.Condition()
        self._dropped = self._written = 0
        self._ended = False
        self._gone: set[Any] = set()

    def say(self, line: str, *, err: bool = False) -> None:
        """Have a line printed; returns at once."""
        stream = sys.stderr if err else sys.stdout
        with self._changed:
            if len(self._waiting) >= self._most:
                self._dropped += 1
                return
            self._tell_dropped(stream)
            self._waiting.append((stream, line))
            self._changed.notify_all()

    def _tell_dropped(self, stream: Any) -> None:
        if self._dropped:
            self._waiting.append((stream, self._note.replace("{n}", str(self._dropped))))
            self._dropped = 0

    def close(self) -> None:
        """Let the last lines be printed, as long as somebody takes them."""
        with self._changed:
            self._tell_dropped(sys.stdout)
            self._ended = True
            self._changed.notify_all()
        before = -1
        while self.is_alive() and self._written != before:
            before = self._written
            self.join(_PATIENCE)

    def run(self) -> None:
        """Print until the end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                stream, line = self._waiting.popleft()
            self._print(stream, line)
            self._written += 1

    def _print(self, stream: Any, line: str) -> None:
        if stream in self._gone:
            return
        try:
            _write(stream, f"{line}\n")
        except (OSError, ValueError) as error:  # its reader has left, or it is closed
            self._gone.add(stream)
            if stream is not sys.stderr:
                reason = getattr(error, "strerror", None) or str(error)
                with suppress(OSError, ValueError):
                    _write(sys.stderr, f"Warning: lines go nowhere from here on: {reason}\n")


def _write(stream: Any, text: str) -> None:
    """Write past the buffer of a stream: a lock that is held there would hold up the exit."""
    try:
        handle = stream.fileno()
    except (AttributeError, OSError, ValueError):  # a stream of a test, which has no file
        stream.write(text)
        stream.flush()
        return
    left = memoryview(text.encode(stream.encoding or "utf-8", "backslashreplace"))
    while left:
        left = left[os.write(handle, left) :]
