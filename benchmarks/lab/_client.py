"""A lab in a process of its own, and a page that asks it."""

import http.client
import io
import json
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from websockets.sync.client import ClientConnection, connect

_ON_THE_WAY = ("contour", "picture", "preview")


class Taken(NamedTuple):
    """What an answer took, in milliseconds.

    Parameters
    ----------
    first : float
        In the server, to the first picture: a preview or the result. Of a contour, until its first
        frame was here.
    server : float
        In the server, to the result.
    whole : float
        Until all of it was here.
    early : bool
        Whether the first picture came before the result.
    """

    first: float
    server: float
    whole: float
    early: bool


class Client:
    """A page."""

    def __init__(self, socket: ClientConnection, port: int) -> None:
        self._socket, self._port, self._seq = socket, port, 0

    def prepared(self) -> float:
        """Wait until loops are compiled or loaded; give the seconds."""
        begun = time.perf_counter()
        while self._head()["state"] != "ready":
            pass
        return time.perf_counter() - begun

    def ask(
        self, source: str, filters: list[Any], segment: Any = None, watch: bool = False
    ) -> Taken | None:
        """Ask for a result; None for one that is refused."""
        self._seq += 1
        request = {"seq": self._seq, "source": source, "filters": filters, "segment": segment}
        begun = time.perf_counter()
        self._socket.send(json.dumps({**request, "watch": watch}))
        first = None
        while (head := self._head()).get("seq") != self._seq or head["kind"] in _ON_THE_WAY:
            if head.get("seq") == self._seq and first is None:
                first = head.get("ms", 1e3 * (time.perf_counter() - begun))
        whole = 1e3 * (time.perf_counter() - begun)
        if head["kind"] != "result":
            return None
        server = head["ms"]
        return Taken(server if first is None else first, server, whole, first is not None)

    def send(self, pixels: np.ndarray) -> str:
        """Upload an image, as NPY; give its name."""
        store = io.BytesIO()
        np.save(store, pixels)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request("POST", "/upload", store.getvalue())
        return str(json.loads(connection.getresponse().read())["source"])

    def _head(self) -> dict[str, Any]:
        message = self._socket.recv(timeout=600)
        assert isinstance(message, bytes)
        (size,) = struct.unpack(">I", message[:4])
        return dict(json.loads(message[4 : 4 + size]))


@contextmanager
def running() -> Iterator[Client]:
    """Start a lab and open a page."""
    command = [sys.executable, "-m", "imgpipe", "lab", "--port", "0", "--no-browser", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        with connect(f"ws://127.0.0.1:{port}/live", max_size=None) as socket:
            yield Client(socket, port)
    finally:
        process.terminate()
        process.wait(30)
