"""The body of a request, read piece by piece as far as it may go."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from starlette.requests import ClientDisconnect, Request

from imgpipe._common import visible
from imgpipe.serve.app.parts import Parts, boundary_of
from imgpipe.serve.app.refusals import Gone, Refused, busy
from imgpipe.serve.app.settings import Settings


class File(NamedTuple):
    """A file that was sent, by the name that it was sent with."""

    name: str | None
    content: bytes


@dataclass
class Bodies:
    """All bodies that are in memory, which together have a bound."""

    settings: Settings
    held: int = field(default=0)

    @contextmanager
    def room(self) -> "Iterator[Room]":
        """Count what one request brings, until it is answered."""
        room = Room(self)
        try:
            yield room
        finally:
            self.held -= room.taken


class Room:
    """What one request takes of it."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies, self.taken = bodies, 0

    def take(self, size: int) -> None:
        """Refuse what is beyond the bounds, before it is kept."""
        settings = self._bodies.settings
        if self.taken + size > settings.most_bytes:
            raise too_large(settings)
        if self._bodies.held + size > settings.held_bytes:
            raise busy("other requests fill the server's memory; try again in a moment")
        self._bodies.held += size
        self.taken += size


def too_large(settings: Settings) -> Refused:
    """Say how large a body may be."""
    most = settings.most_bytes / 1e6
    return Refused(413, f"the body has more than {most:g} MB, the most that is taken")


async def files_of(request: Request, settings: Settings, room: Room) -> list[File]:
    """Read the files of a request: the body as it is, or the fields ``file`` of a form.

    Raises
    ------
    Refused
        With status 400 for a body without a file, 408 where it takes too long, 413 where it is too
        large, 415 where it is compressed, 429 where memory is short.
    Gone
        If the client leaves.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "the body is compressed; send it as it is, without Content-Encoding")
    # a length that is no number does not come through
    if int(request.headers.get("content-length", 0)) > settings.most_bytes:
        raise too_large(settings)
    boundary = boundary_of(request.headers.get("content-type", ""))
    try:
        async with asyncio.timeout(settings.body_seconds):
            if boundary is None:
                return [File(None, await _whole(request, room))]
            return await _of_form(request, Parts(boundary, settings.most_files), room)
    except TimeoutError:
        seconds = settings.body_seconds
        raise Refused(408, f"the body took longer than {seconds:g} s to arrive") from None
    except ClientDisconnect:
        raise Gone from None


async def _whole(request: Request, room: Room) -> bytes:
    content = bytearray()
    async for piece in _pieces(request, room):
        content += piece
    if not content:
        raise Refused(400, "the body is empty; send the bytes of an image file")
    return bytes(content)


async def _of_form(request: Request, parts: Parts, room: Room) -> list[File]:
    async for piece in _pieces(request, room):
        parts.write(piece)
    return [File(name and visible(name), content) for name, content in parts.end()]


async def _pieces(request: Request, room: Room) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        room.take(len(piece))
        yield piece
