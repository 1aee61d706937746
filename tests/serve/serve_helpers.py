"""A real server as a process of its own, and clients that speak to it through sockets."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SIDE = 12
BOUNDARY = "a-boundary"
_START = "import sys; from imgpipe.serve.http import serve; sys.exit(serve(**{settings!r}))"


@dataclass
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    model: dict[str, Any]
    log: Path

    def ask(
        self,
        method: str,
        route: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        seconds: float = 60,
    ) -> "Answer":
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, route, body, headers or {})
            return Answer.of(connection.getresponse())
        finally:
            connection.close()

    def predict(self, body: bytes, **headers: str) -> "Answer":
        return self.ask("POST", "/predict", body, headers)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def until_free(self) -> None:
        """Wait until no request has a place any more, and a process is up."""
        for _ in range(300):
            told = self.ask("GET", "/health").json
            if told["ready"] and not told["waiting"]:
                return
            time.sleep(0.05)
        raise AssertionError(told)


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


@contextmanager
def running(folder: Path, model: Path, **settings: Any) -> Iterator[Server]:
    """Start a server on a free port, and end it."""
    given = {"path": str(model), "port": 0, "as_json": True, **settings}
    log = folder / f"{model.stem}.{time.monotonic_ns()}.log"
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-c", _START.format(settings=given)],
            stdout=lines,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        ready = _ready(process, log)
        yield Server(process, ready["port"], ready["model"], log)
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


def stack(n: int) -> bytes:
    """An NPY file of `n` images, which takes as long as it is large."""
    from io import BytesIO

    store = BytesIO()
    pixels = np.random.default_rng(1).integers(0, 255, (n, SIDE, SIDE), np.uint8)
    np.save(store, pixels)
    return store.getvalue()


def raw(server: Server, sent: bytes) -> bytes:
    """All that comes back to some bytes, until the server closes the connection."""
    with server.connect() as connection:
        connection.sendall(sent)
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    """What still comes."""
    came = b""
    while piece := connection.recv(1 << 16):
        came += piece
    return came
