"""A real server as a process of its own, and clients that speak to it through sockets."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from http_clients import Answer, asked, started

SIDE = 12
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
    ) -> Answer:
        """One request on a connection of its own."""
        return asked(self.port, method, route, body, headers, seconds)

    def predict(self, body: bytes, **headers: str) -> Answer:
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


@contextmanager
def running(folder: Path, model: Path, **settings: Any) -> Iterator[Server]:
    """Start a server on a free port, and end it."""
    given = {"path": str(model), "port": 0, "as_json": True, **settings}
    log = folder / f"{model.stem}.{time.monotonic_ns()}.log"
    with started(_START.format(settings=given), log) as (process, ready):
        yield Server(process, ready["port"], ready["model"], log)


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
