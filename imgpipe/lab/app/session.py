"""A page that is open: its requests come in, answers go out."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from imgpipe._common import InputError
from imgpipe.lab.app import messages
from imgpipe.lab.app.messages import Head, Picture, refusal
from imgpipe.lab.app.workers import Work

if TYPE_CHECKING:
    from imgpipe.images import Image
    from imgpipe.lab.app.answering import Desk
    from imgpipe.lab.app.lab import Lab

_MOST_WAITING = 3  # messages, behind which a contour is dropped: a slow page is not to lag behind
_MOST_KEPT = 64  # messages for a page that takes none; the oldest go


class Session:
    """One open WebSocket."""

    def __init__(self, socket: WebSocket, lab: "Lab") -> None:
        self._socket, self._lab = socket, lab
        self._loop = asyncio.get_running_loop()
        self._desk: Desk | None = None
        self._outgoing: deque[bytes] = deque(maxlen=_MOST_KEPT)
        self._some = asyncio.Event()

    async def run(self) -> None:
        """Answer until the page goes."""
        await self._socket.accept()
        self.send(self._lab.status.head())
        sending = asyncio.create_task(self._send_all())
        try:
            with suppress(WebSocketDisconnect):
                await self._receive_all()
        finally:
            sending.cancel()
            self._lab.forget(self)

    async def _receive_all(self) -> None:
        while True:
            told = await self._socket.receive()
            if told["type"] == "websocket.disconnect":
                return
            self._take(told.get("text"))

    def _take(self, text: str | None) -> None:
        try:
            if text is None or len(text) > messages.MOST_BYTES:
                raise InputError("a request is a text of JSON, and not so long")
            request = messages.request_of(text)
        except InputError as error:
            self.send(refusal(None if text is None else messages.seq_of(text), error))
            return

        def do(work: Work) -> None:
            made = self._at_desk().answer(request, work, self.send)
            if request.models and made is not None and not work.stale.is_set():
                self._ask_models(request, made.image)

        self._lab.models_asked.forget(self)
        self._lab.pixels.ask(self, do)

    def _ask_models(self, request: messages.Request, image: "Image") -> None:
        def do(work: Work) -> None:
            from imgpipe.lab.app.asking import ask_models

            ask_models(self._lab.models, request, image, work, self.send)

        self._lab.models_asked.ask(self, do)

    def _at_desk(self) -> "Desk":
        """Give what keeps the image that is looked at; its rooms are imported in the worker."""
        from imgpipe.lab.app.answering import Desk

        if self._desk is None:
            self._desk = Desk(self._lab.sources, self._lab.log.note)
        return self._desk

    def send(self, head: Head, pictures: Sequence[Picture] = ()) -> None:
        """Send a message, from any thread."""
        message = messages.packed(head, pictures)
        with suppress(RuntimeError):  # the program ends
            self._loop.call_soon_threadsafe(self._put, message, head["kind"] == "contour")

    def _put(self, message: bytes, of_many: bool) -> None:
        if of_many and len(self._outgoing) > _MOST_WAITING:
            return
        self._outgoing.append(message)
        self._some.set()

    async def _send_all(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            while self._outgoing:
                await self._socket.send_bytes(self._outgoing.popleft())
