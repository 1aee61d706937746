"""Lines about requests: what was asked and how it ended, and nothing of what was sent."""

import json
import sys
import time
from contextlib import suppress
from typing import Any, TextIO


class Log:
    """Writes a line an event, for people or as JSON.

    Parameters
    ----------
    as_json : bool
    stream : text stream, optional
        Standard error by default; standard output for JSON.
    """

    def __init__(self, as_json: bool = False, stream: TextIO | None = None) -> None:
        self._json = as_json
        self._stream = stream or (sys.stdout if as_json else sys.stderr)

    def note(self, text: str) -> None:
        """Write what happened to the server."""
        self._write(text, {"event": "note", "text": text})

    def ready(self, text: str, **facts: Any) -> None:
        """Say to whoever started the server, on standard output, where it is."""
        line = json.dumps({"event": "ready", **facts}) if self._json else text
        with suppress(OSError, ValueError):
            print(line, flush=True)

    def request(self, method: str, route: str, status: int, seconds: float, images: int) -> None:
        """Write how a request ended."""
        count = f" {images} image{'s' * (images != 1)}" if images else ""
        text = f"{method} {route} {status} {1e3 * seconds:.1f} ms{count}"
        facts = {"method": method, "route": route, "status": status}
        self._write(
            text,
            {"event": "request", **facts, "ms": round(1e3 * seconds, 2), "images": images},
        )

    def _write(self, text: str, facts: dict[str, Any]) -> None:
        if self._json:
            line = json.dumps({"time": round(time.time(), 3), **facts})
        else:
            line = f"{time.strftime('%H:%M:%S')} {text}"
        # who no longer reads the log does not end the server
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()
