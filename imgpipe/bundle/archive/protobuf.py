"""The wire format of protobuf, read strictly: known fields, once each, in their own type."""

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from imgpipe._common import InputError
from imgpipe.bundle.archive.refusing import excerpt

MOST_FIELDS = 200_000
"""Of one file; a network of a hundred layers has some 3,000."""
LONGEST_TEXT = 1000
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
_WIRES = {"int": _VARINT, "float": _FIXED32, "text": _BYTES, "bytes": _BYTES}


class Field(NamedTuple):
    """A field: its name, its kind, and whether it may come several times.

    `kind` is ``"int"``, ``"float"``, ``"text"``, ``"bytes"``, the fields of a message, or None for
    a field that exists and is refused.
    """

    name: str
    kind: "str | Schema | None" = None
    many: bool = False


Schema = Mapping[int, Field]


class Reader:
    """Reads one file's messages, and counts their fields."""

    def __init__(self) -> None:
        self._left = MOST_FIELDS

    def message(self, content: memoryview, schema: Schema, where: str) -> dict[str, Any]:
        """Read a message: each field of its schema by name; lists for those that come many times.

        A single field that is not there is None.
        """
        found: dict[str, Any] = {f.name: [] if f.many else None for f in schema.values() if f.kind}
        for number, wire, value in self._fields(content, where):
            field = schema.get(number)
            if field is None:
                raise InputError(f"{where} has field {number}, which no model has")
            if field.kind is None:
                raise InputError(f"{where} has {field.name}, which no model has")
            expected = _WIRES[field.kind] if isinstance(field.kind, str) else _BYTES
            if wire != expected:
                raise InputError(f"{where}: {field.name} is written in another type")
            read = self._value(field, value, f"{where}.{field.name}")
            if field.many:
                found[field.name].append(read)
            elif found[field.name] is not None:
                raise InputError(f"{where} has {field.name} twice")
            else:
                found[field.name] = read
        return found

    def _value(self, field: Field, value: Any, where: str) -> Any:
        if not isinstance(field.kind, str):
            assert field.kind is not None
            return self.message(value, field.kind, where)
        if field.kind == "int":
            return value - (1 << 64) if value >> 63 else value
        if field.kind == "float":
            return struct.unpack("<f", value)[0]
        return _text(value, where) if field.kind == "text" else value

    def _fields(self, content: memoryview, where: str) -> Iterator[tuple[int, int, Any]]:
        """Go through number, wire type and raw value of each field."""
        place, end = 0, len(content)
        while place < end:
            self._left -= 1
            if self._left < 0:
                raise InputError(f"has more than {MOST_FIELDS:,} fields")
            key, place = _varint(content, place, where)
            number, wire = key >> 3, key & 7
            if wire == _VARINT:
                value, place = _varint(content, place, where)
                yield number, wire, value
                continue
            if wire == _BYTES:
                length, place = _varint(content, place, where)
            elif wire in (_FIXED32, _FIXED64):
                length = 4 if wire == _FIXED32 else 8
            else:
                raise InputError(f"{where} has a field of the unknown type {wire}")
            if length > end - place:
                raise InputError(f"{where} ends within a field of {excerpt(length)} bytes")
            yield number, wire, content[place : place + length]
            place += length


def _varint(content: memoryview, place: int, where: str) -> tuple[int, int]:
    """Read a number of 7 bits a byte, and where it ends."""
    value = 0
    for shift in range(_LONGEST_VARINT):
        if place >= len(content):
            raise InputError(f"{where} ends within a number")
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            if value >> 64:
                break
            return value, place
    raise InputError(f"{where} has a number of more than 64 bits")


def _text(value: memoryview, where: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise InputError(f"{where} has {len(value):,} letters; {LONGEST_TEXT:,} are allowed")
    try:
        return bytes(value).decode("ascii")
    except UnicodeDecodeError:
        raise InputError(f"{where} is {excerpt(bytes(value))}; only ASCII is allowed") from None
