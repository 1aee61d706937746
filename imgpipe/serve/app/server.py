"""uvicorn with bounds on connections, and an end that loses nothing."""

import asyncio
import contextlib
import errno
import json
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from imgpipe._common import InputError

_HEAD_BYTES = 1 << 14
_HEAD_SECONDS = 10.0
_IDLE_SECONDS = 30
_MOST_CONNECTIONS = 512
_GRACE_SECONDS = 0.5

logging.getLogger("uvicorn").addHandler(logging.NullHandler())
logging.getLogger("uvicorn").propagate = False


class Connection(H11Protocol):
    """A connection whose requests must begin in time, one of not too many."""

    _late: asyncio.TimerHandle | None = None
    _upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, and wait for its first request."""
        super().connection_made(transport)
        if len(self.connections) > _MOST_CONNECTIONS:
            transport.write(_plain(503, "too many connections are open; try again in a moment"))
            transport.close()
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that was begun must end in time."""
        super().data_received(data)
        if self._upgraded or (self.cycle is not None and not self.cycle.response_complete):
            self._stop_waiting()
        elif self._late is None:
            self._wait_for_head()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over for good."""
        self._upgraded = True
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        told = f"no request of HTTP/1.1, or a head of more than {_HEAD_BYTES // 1024} kB"
        with contextlib.suppress(h11.LocalProtocolError):
            self.conn.send(h11.ConnectionClosed())
        self.transport.write(_plain(400, told))
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._late = self.loop.call_later(_HEAD_SECONDS, self._close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()


def _plain(status: int, told: str) -> bytes:
    """An answer outside of any route."""
    body = json.dumps({"error": told}).encode()
    phrase = {400: "Bad Request", 503: "Service Unavailable"}[status]
    return (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    ).encode() + body


class Server(uvicorn.Server):
    """Serves until a signal comes, then answers what was accepted; a second signal ends at once.

    Parameters
    ----------
    app : ASGI application
    closing : callable
        Called when no further request is wanted.
    at_once : callable
        Called before the process ends at once.
    seconds : float
        For what is left to answer.
    message_bytes : int, optional
        Of a message that comes through a WebSocket; there are none by default.
    """

    def __init__(
        self,
        app: Any,
        closing: Callable[[], None],
        at_once: Callable[[], None],
        seconds: float,
        message_bytes: int | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                loop="asyncio",
                ws="none" if message_bytes is None else "websockets-sansio",
                ws_max_size=message_bytes or 0,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=max(1, round(seconds)),
                h11_max_incomplete_event_size=_HEAD_BYTES,
            )
        )
        self._closing, self._at_once = closing, at_once
        self.unanswered = 0

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the first signal end the server and the second the process."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        usual = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in usual.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if self.should_exit:
            self._at_once()
            os._exit(128 + sig)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what was accepted, and what comes on open connections for a moment."""
        self._closing()
        await asyncio.sleep(0)  # whoever is connected already is let in
        for server in self.servers:
            server.close()
        await asyncio.sleep(_GRACE_SECONDS)
        await super().shutdown(sockets)
        self.unanswered = len(self.server_state.tasks)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    InputError
        If the address cannot be had.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        # asyncio sends small answers at once only where a socket names its protocol
        listening = socket.socket(family, kind, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(1024)
        except BaseException:
            listening.close()
            raise
        return listening
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = f"{host}:{port} cannot be served on: {reason}"
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            where += "; give --port another number, or 0 for a free one"
        raise InputError(where) from None
