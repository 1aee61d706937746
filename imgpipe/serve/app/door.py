"""What every request passes on its way in and out."""

import asyncio
import time
from typing import Any, Protocol

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from imgpipe.serve.app import access
from imgpipe.serve.app.log import Log
from imgpipe.serve.app.places import where
from imgpipe.serve.app.refusals import Gone, Refused, error_response
from imgpipe.serve.app.settings import Settings

_LEFT = 499  # as nginx notes it: nothing was sent
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 1 << 26
_SEND_SECONDS = 30.0
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)


class Behind(Protocol):
    """What the door asks of the service behind it."""

    settings: Settings
    log: Log
    closing: bool

    def ended(
        self, method: str, route: str, status: int, seconds: float, state: dict[str, Any]
    ) -> None:
        """Note how a request ended; status 499 for one whose client left."""


class Door:
    """Checks who asks, counts, writes the log, and ends each answer in good order.

    Parameters
    ----------
    app : ASGI application
    service : Behind
    routes : frozenset of str
        Those that are named in numbers and log; what else a path says is not.
    """

    def __init__(self, app: ASGIApp, *, service: Behind, routes: frozenset[str]) -> None:
        self._app, self._service, self._routes = app, service, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "websocket":
            await self._let_in(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        service = self._service
        passage = _Passage(receive, send, _has_body(scope), service)
        state: dict[str, Any] = scope.setdefault("state", {})
        try:
            await self._answer(scope, passage)
        except (Gone, TimeoutError):
            passage.status = _LEFT
        finally:
            spent = time.perf_counter() - start
            route = scope["path"] if scope["path"] in self._routes else "(other)"
            service.ended(scope["method"], route, passage.status, spent, state)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a WebSocket to whoever may ask."""
        try:
            access.check(scope["path"], Headers(scope=scope), self._service.settings)
        except Refused as refused:
            await error_response(refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, passage: "_Passage") -> None:
        try:
            access.check(scope["path"], Headers(scope=scope), self._service.settings)
            # the server drops the body: probes ask so whether a route is there
            asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
            await self._app(asked, passage.receive, passage.send)
        except Refused as refused:
            await error_response(refused)(scope, passage.receive, passage.send)
        except (Gone, TimeoutError, asyncio.CancelledError):
            raise
        except Exception as error:
            self._service.log.note(f"a bug in imgpipe: {where(error)}")
            if not passage.status:
                told = Refused(500, "a bug in imgpipe: the log of the server says where")
                await error_response(told)(scope, passage.receive, passage.send)


class _Passage:
    """Messages in and out: an answer before the end of the body is not lost to the client.

    A connection that is closed while a client still sends is reset, and the client may never see
    the answer. So the rest of the body is read, and thrown away, for a moment.
    """

    def __init__(self, receive: Receive, send: Send, more: bool, service: Behind) -> None:
        self._receive, self._send, self._service = receive, send, service
        self._more = more
        self.status = 0

    async def receive(self) -> Message:
        """Take the next piece of the body."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._more = False
        return message

    async def send(self, message: Message) -> None:
        """Pass on a piece of the answer."""
        async with asyncio.timeout(_SEND_SECONDS):  # who does not read is not waited for
            if message["type"] == "http.response.start":
                self.status = message["status"]
                early = self.status >= 400 and self._more
                end = [(b"connection", b"close")] if self._service.closing or early else []
                message = {**message, "headers": [*message["headers"], *_HEADERS, *end]}
            elif self._last(message) and self.status >= 400 and self._more:
                await self._send({**message, "more_body": True})
                await self._linger()
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await self._send(message)

    @staticmethod
    def _last(message: Message) -> bool:
        return message["type"] == "http.response.body" and not message.get("more_body", False)

    async def _linger(self) -> None:
        dropped = 0
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self._more and dropped < _LINGER_BYTES:
                    dropped += len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
