"""What server and workers say to one another: a head in JSON, and bytes."""

import asyncio
import json
import struct
from typing import Any, BinaryIO

Head = dict[str, Any]
Frame = tuple[Head, bytes]

_SIZES = struct.Struct(">IQ")


def packed(head: Head, body: bytes = b"") -> list[bytes]:
    """Give the parts to write one after the other."""
    told = json.dumps(head).encode()
    return [_SIZES.pack(len(told), len(body)), told, body]


def read(stream: BinaryIO) -> Frame | None:
    """Wait for a frame; None where the other side has gone."""
    sizes = stream.read(_SIZES.size)
    if len(sizes) < _SIZES.size:
        return None
    told, size = _SIZES.unpack(sizes)
    head, body = stream.read(told), stream.read(size)
    return None if len(body) < size else (json.loads(head), body)


def write(stream: BinaryIO, head: Head, body: bytes = b"") -> None:
    """Write a frame whole."""
    stream.writelines(packed(head, body))
    stream.flush()


async def receive(stream: asyncio.StreamReader) -> Frame:
    """Wait for a frame; `EOFError` where the other side has gone."""
    told, size = _SIZES.unpack(await stream.readexactly(_SIZES.size))
    head = json.loads(await stream.readexactly(told))
    return head, await stream.readexactly(size)


async def send(stream: asyncio.StreamWriter, head: Head, body: bytes = b"") -> None:
    """Write a frame, as fast as the other side reads."""
    stream.writelines(packed(head, body))
    await stream.drain()
