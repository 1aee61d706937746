"""Servers as processes of their own, and what clients of theirs send and get."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOUNDARY = "a-boundary"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, response: http.client.HTTPResponse) -> "Answer":
        names = {name.lower(): value for name, value in response.getheaders()}
        return cls(response.status, names, response.read())

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The sentence of an error, and that there is nothing else."""
        assert list(self.json) == ["error"], self.body
        assert "\n" not in self.json["error"]
        return str(self.json["error"])


def asked(
    port: int,
    method: str,
    route: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
    seconds: float = 60,
) -> Answer:
    """Make one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, route, body, headers or {})
        return Answer.of(connection.getresponse())
    finally:
        connection.close()


def form(*files: tuple[str, bytes], field: str = "file") -> tuple[bytes, dict[str, str]]:
    """Body and headers of a form."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@contextmanager
def started(code: str, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """Run a server that writes JSON lines, wait until it says where it is, and end it."""
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=lines,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process, _ready(process, log)
    finally:
        process.terminate()
        process.wait(60)


def _ready(process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """Wait for the line that says so."""
    while process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith('{"event": "ready"'):
                return dict(json.loads(line))
        time.sleep(0.02)
    raise AssertionError(log.read_text())
