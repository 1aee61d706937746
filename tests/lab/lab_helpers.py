"""A lab as a process of its own, and a page that speaks to it."""

import json
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from http_clients import Answer, asked, form, started
from websockets.sync.client import ClientConnection, connect

_START = "import sys; from imgpipe.lab.running import serve; sys.exit(serve(**{settings!r}))"
_ON_THE_WAY = ("contour", "picture", "preview")
Told = tuple[dict[str, Any], bytes]


@dataclass
class Running:
    """A lab that runs."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, method: str, route: str, *given: Any) -> Answer:
        return asked(self.port, method, route, *given)

    def upload(self, *files: tuple[str, bytes]) -> Answer:
        return self.ask("POST", "/upload", *form(*files))

    @contextmanager
    def page(self, **headers: Any) -> "Iterator[Page]":
        """Open the WebSocket, as a page does."""
        with connect(f"ws://127.0.0.1:{self.port}/live", max_size=None, **headers) as socket:
            yield Page(socket)


class Page:
    """One open page."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.seq = socket, 0

    def send(self, **request: Any) -> int:
        """Ask without waiting."""
        self.seq += 1
        self.socket.send(json.dumps({"seq": self.seq, **request}))
        return self.seq

    def receive(self) -> Told:
        """Take the next message."""
        message = self.socket.recv(timeout=60)
        assert isinstance(message, bytes)
        (size,) = struct.unpack(">I", message[:4])
        head, rest = json.loads(message[4 : 4 + size]), message[4 + size :]
        assert len(rest) == sum(each["bytes"] for each in head["pictures"])
        return head, rest

    def until(self, seq: int) -> list[Told]:
        """Take messages up to the one that settles a request; those on the start are dropped."""
        found: list[Told] = []
        while not found or found[-1][0]["kind"] in _ON_THE_WAY or found[-1][0]["seq"] != seq:
            told = self.receive()
            if told[0]["kind"] != "status":
                found.append(told)
        return found

    def ask(self, **request: Any) -> Told:
        """Ask, and wait for the result or the refusal."""
        return self.until(self.send(**request))[-1]

    def result(self, **request: Any) -> dict[str, Any]:
        """Ask for what must come."""
        head, _ = self.ask(**request)
        assert head["kind"] == "result", head
        return head

    def refusal(self, **request: Any) -> dict[str, Any]:
        """Ask for what cannot be."""
        head, rest = self.ask(**request)
        assert head["kind"] == "refused", head
        assert rest == b""
        assert "\n" not in head["error"]
        return head


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[Running]:
    """Start a lab on a free port, and end it."""
    given = {"port": 0, "as_json": True, "browser": False, "prepare": False, **settings}
    log = folder / f"lab.{time.monotonic_ns()}.log"
    with started(_START.format(settings=given), log) as (process, ready):
        yield Running(process, ready["port"], log)
