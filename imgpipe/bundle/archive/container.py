"""Members of a bundle in a zip, and what is refused before any of them is used.

A zip can say a thing twice, and hide what it does not list. Here it is written in one way only:
members behind one another from the first byte on, headers without options, a table of contents, and
as the comment the digest of all before. A reader therefore needs no leniency: from the members it
knows what every other byte must be.
"""

import errno
import hashlib
import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from imgpipe._common import InputError
from imgpipe.bundle.archive.refusing import Foreign, excerpt

MANIFEST = "manifest.json"
MOST_BYTES = 2**30
"""Of the file, and of all members together when unpacked."""
MOST_MEMBERS = 64
MOST_RATIO = 64
"""Of a member's size unpacked to packed; what packs better is stored as it is."""
MEMBER_NAME = re.compile(r"[a-z][a-z_.]{0,60}\.(onnx|array)|manifest\.json", re.ASCII)
_SIGNED = 64  # digits at the end of the file: SHA-256 of all bytes before
_LOCAL = struct.Struct("<4s5H3I2H")
_LISTED = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _DATE = 20, 0x21  # of the zip format; the first of January 1980, midnight
_STORED, _DEFLATED = 0, 8
_OPENED = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FIRST_BYTES = (
    (b"\x80", "a pickle"),
    (b"x\x01", "a compressed pickle"),
    (b"x\x5e", "a compressed pickle"),
    (b"x\x9c", "a compressed pickle"),
    (b"x\xda", "a compressed pickle"),
)


class _Packed(NamedTuple):
    """A member as the zip holds it: `size` bytes, `room` bytes packed."""

    name: bytes
    method: int
    crc: int
    room: int
    size: int

    @property
    def header(self) -> bytes:
        numbers = (_VERSION, 0, self.method, 0, _DATE, self.crc, self.room, self.size)
        return _LOCAL.pack(b"PK\3\4", *numbers, len(self.name), 0) + self.name

    def entry(self, place: int) -> bytes:
        """Line of the table of contents."""
        numbers = (_VERSION, 0, self.method, 0, _DATE, self.crc, self.room, self.size)
        head = (b"PK\1\2", _VERSION, *numbers, len(self.name))
        return _LISTED.pack(*head, 0, 0, 0, 0, 0, place) + self.name


def packed(members: Mapping[str, bytes]) -> bytes:
    """Put members into one file, whose last bytes are the digest of those before."""
    parts, listed = [], []
    for name, content in members.items():
        method, room = _DEFLATED, _deflated(content)
        if len(content) > MOST_RATIO * len(room) or len(room) >= len(content):
            method, room = _STORED, content
        one = _Packed(name.encode(), method, zlib.crc32(content), len(room), len(content))
        parts += [one.header, room]
        listed.append(one)
    body = b"".join(parts) + _contents(listed)
    return body + _digest(body)


def unpacked(content: bytes) -> dict[str, bytes]:
    """Take the members out of a file that is as `packed` makes it.

    Raises
    ------
    InputError
        If it is no such file, or was changed since; the message does not name the file.
    """
    _check_kind(content)
    body = memoryview(content)[:-_SIGNED]
    if _digest(body) != content[-_SIGNED:]:
        raise InputError("damaged: it is not as long, or not the same, as it was when written")
    members: dict[str, bytes] = {}
    listed, place = [], 0
    for one, room in _walked(body):
        name = one.name.decode("ascii")
        if name in members:
            raise InputError(f"holds {name} twice")
        if len(members) == MOST_MEMBERS:
            raise InputError(f"holds more than {MOST_MEMBERS} members")
        members[name] = room.tobytes() if one.method == _STORED else _inflated(one, room)
        if zlib.crc32(members[name]) != one.crc:
            raise InputError(f"{name} does not have the checksum that the zip gives")
        listed.append(one)
        place += len(one.header) + one.room
    if body[place:] != _contents(listed):
        raise InputError("its table of contents is not the one of its members")
    if MANIFEST not in members:
        raise InputError(f"holds no {MANIFEST}")
    return members


def content_of(path: str | os.PathLike[str]) -> bytes:
    """Read a regular file that is not too large; the `InputError` does not name it."""
    try:
        # a pipe without a writer would wait for ever
        descriptor = os.open(path, _OPENED)
    except OSError as error:
        raise Foreign(_unreadable(error)) from None
    except ValueError:
        raise Foreign("no file can have this name") from None
    try:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode):
            kind = "a folder" if stat.S_ISDIR(told.st_mode) else "no regular file"
            raise Foreign(f"is {kind}; give a file that imgpipe train wrote")
        if told.st_size > MOST_BYTES:
            raise Foreign(f"has {told.st_size:,} bytes; a model has {MOST_BYTES:,} at most")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MOST_BYTES + 1)
    finally:
        os.close(descriptor)


def _unreadable(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "no such file"
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself; give the file itself"
    return f"cannot be read ({os.strerror(error.errno or 0)})"


def _check_kind(content: bytes) -> None:
    """Refuse files of other kinds, and say which."""
    if not content:
        raise InputError("is empty")
    for first, kind in _FIRST_BYTES:
        if content.startswith(first):
            raise Foreign(
                f"is {kind}, as in .joblib files, which can run code when opened; a .imgpipe file "
                "holds none: if you made it, or trust who did, name it .joblib and add --trust"
            )
    if not content.startswith(b"PK\3\4"):
        raise Foreign(
            f"is no model written by imgpipe train: it begins with {excerpt(content[:8])}; "
            "give the file that imgpipe train --out wrote"
        )
    name = content[_LOCAL.size : _LOCAL.size + len(MANIFEST)]
    if len(content) < _LOCAL.size + len(MANIFEST) or name == MANIFEST.encode():
        return
    raise Foreign(
        f"is a zip, but no model written by imgpipe train: its first member begins with "
        f"{excerpt(name)}; give the file that imgpipe train --out wrote"
    )


def _walked(body: memoryview) -> Iterator[tuple[_Packed, memoryview]]:
    """Go from member to member; sizes are checked before anything is unpacked."""
    place, total = 0, 0
    while body[place : place + 4] == b"PK\3\4":
        if place + _LOCAL.size > len(body):
            raise InputError("ends within the header of a member")
        fields = _LOCAL.unpack_from(body, place)
        method, (crc, room, size, length) = fields[3], fields[6:10]
        start = place + _LOCAL.size + length
        one = _Packed(bytes(body[place + _LOCAL.size : start]), method, crc, room, size)
        _check_member(one)
        if body[place:start] != one.header:
            raise InputError(f"the header of {excerpt(one.name)} has options that no model has")
        total += size
        if total > MOST_BYTES:
            raise InputError(f"would unpack to more than {MOST_BYTES:,} bytes")
        place = start + room
        if place > len(body):
            raise InputError(f"ends within {excerpt(one.name)}")
        yield one, body[start:place]


def _check_member(one: _Packed) -> None:
    name = excerpt(one.name)
    if not MEMBER_NAME.fullmatch(one.name.decode("latin-1")):
        raise InputError(f"holds a member {name}, a name that no model has")
    if one.method not in (_STORED, _DEFLATED):
        raise InputError(f"{name} is packed by method {one.method}; a model knows deflate only")
    if one.method == _STORED and one.room != one.size:
        raise InputError(f"{name} has two sizes, {one.room:,} and {one.size:,} bytes")
    if one.size > MOST_RATIO * one.room:
        raise InputError(
            f"{name} would unpack from {one.room:,} to {one.size:,} bytes; no model packs so well"
        )


def _inflated(one: _Packed, room: memoryview) -> bytes:
    """Unpack to the size given, never further."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(room, one.size + 1)
    except zlib.error as error:
        raise InputError(f"{excerpt(one.name)} cannot be unpacked ({error})") from None
    if len(content) != one.size or not stream.eof or stream.unused_data:
        raise InputError(f"{excerpt(one.name)} does not unpack to the {one.size:,} bytes given")
    return content


def _deflated(content: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush()


def _contents(members: list[_Packed]) -> bytes:
    """Table of contents, up to where the digest begins."""
    place, lines = 0, []
    for one in members:
        lines.append(one.entry(place))
        place += len(one.header) + one.room
    n, length = len(members), sum(map(len, lines))
    return b"".join(lines) + _END.pack(b"PK\5\6", 0, 0, n, n, length, place, _SIGNED)


def _digest(body: bytes | memoryview) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
