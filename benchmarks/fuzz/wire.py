"""Changes of a protobuf message that keep it one: other values, more, fewer and moved fields."""

import random
import struct
from copy import deepcopy
from typing import Any

from imgpipe.bundle.archive import graph_check

NUMBERS = (0, 1, 2, 3, 7, 9, 11, 16, 64, 2**16, 2**31 - 1, 2**31, 2**32, 2**62, 2**63, 2**64 - 1)
FLOATS = (0.0, -0.0, 1.0, -1.0, 1e300, -1e300, 1e-310, float("nan"), float("inf"), -float("inf"))
TEXTS = (b"", b"features", b"images", b"probabilities", b"n", b"Loop", b"If", b"Scan", b"Identity",
         b"Conv", b"MatMul", b"Add", b"Concat", b"Transpose", b"Softmax", b"Reshape", b"Expand",
         b"axis", b"axes", b"perm", b"keepdims", b"location", b"../../etc/passwd", b"\xff\xfe",
         b"a" * 2000, b"com.microsoft", b"ai.onnx.ml", b"tensor_0", b"tensor_1")  # fmt: skip

Fields = list[list[Any]]
"""Number, wire type, and value: a number, bytes, or the fields of a message."""


def decoded(content: bytes, schema: Any = None) -> Fields:
    """Read a message that the check accepts, with the messages inside it."""
    schema = graph_check._MODEL if schema is None else schema
    found: Fields = []
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(content, place)
            found.append([number, wire, value])
            continue
        length = {5: 4, 1: 8}.get(wire)
        if length is None:
            length, place = _varint(content, place)
        value = content[place : place + length]
        place += length
        kind = schema[number].kind
        found.append([number, wire, value if isinstance(kind, str) else decoded(value, kind)])
    return found


def encoded(fields: Fields) -> bytes:
    """Write a message."""
    parts = []
    for number, wire, value in fields:
        parts.append(_written(number << 3 | wire))
        if wire == 0:
            parts.append(_written(value))
        elif wire == 2:
            content = encoded(value) if isinstance(value, list) else value
            parts += [_written(len(content)), content]
        else:
            parts.append(value)
    return b"".join(parts)


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Change one to three fields somewhere in the tree."""
    tree = decoded(content)
    for _ in range(rng.randint(1, 3)):
        messages = _messages(tree)
        message = rng.choice(messages)
        if message:
            rng.choice((_value, _value, _value, _drop, _double, _swap, _foreign, _move))(
                message, messages, rng
            )
    return encoded(tree)


def _messages(fields: Fields) -> list[Fields]:
    found = [fields]
    for _, _, value in fields:
        if isinstance(value, list):
            found += _messages(value)
    return found


def _value(message: Fields, messages: list[Fields], rng: random.Random) -> None:
    """Put another value of its type into a field."""
    field = rng.choice(message)
    if isinstance(field[2], list):
        others = [m for m in messages if m and m[0][0] == (field[2] or [[0]])[0][0]]
        if others:
            field[2] = deepcopy(rng.choice(others))
    elif field[1] == 0:
        field[2] = rng.choice((*NUMBERS, field[2] + 1, max(field[2] - 1, 0), rng.getrandbits(16)))
    elif field[1] == 5:
        field[2] = struct.pack("<f", rng.choice(FLOATS[:4]))
    elif len(field[2]) >= 8 and rng.random() < 0.7:
        field[2] = numbers_changed(field[2], rng)
    else:
        texts = [f[2] for m in messages for f in m if isinstance(f[2], bytes) and len(f[2]) < 30]
        field[2] = rng.choice((*TEXTS, *texts))


def numbers_changed(content: bytes, rng: random.Random, size: int = 8) -> bytes:
    """Put an uncommon number into raw data, or make them longer or shorter."""
    way, place = rng.random(), rng.randrange(max(1, len(content) // size)) * size
    if way < 0.1:
        return content[: rng.randrange(len(content))]
    if way < 0.2:
        return content + bytes(rng.choice((1, 4, 8, 800)))
    if way < 0.6:
        return content[:place] + struct.pack("<d", rng.choice(FLOATS)) + content[place + 8 :]
    if way < 0.8:
        number = rng.choice(NUMBERS)
        return content[:place] + struct.pack("<Q", number) + content[place + 8 :]
    flipped = bytearray(content)
    flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _drop(message: Fields, messages: list[Fields], rng: random.Random) -> None:
    message.pop(rng.randrange(len(message)))


def _double(message: Fields, messages: list[Fields], rng: random.Random) -> None:
    field = rng.choice(message)
    for _ in range(rng.choice((1, 1, 1, 50))):
        message.insert(rng.randrange(len(message) + 1), deepcopy(field))


def _swap(message: Fields, messages: list[Fields], rng: random.Random) -> None:
    i, j = rng.randrange(len(message)), rng.randrange(len(message))
    message[i], message[j] = message[j], message[i]


def _foreign(message: Fields, messages: list[Fields], rng: random.Random) -> None:
    """Add a field that stands elsewhere, or one of a random number."""
    field = deepcopy(rng.choice(rng.choice([m for m in messages if m])))
    if rng.random() < 0.5:
        field[0] = rng.randint(1, 30)
    message.insert(rng.randrange(len(message) + 1), field)


def _move(message: Fields, messages: list[Fields], rng: random.Random) -> None:
    """Let two texts change places: inputs, outputs, names."""
    texts = [f for m in messages for f in m if isinstance(f[2], bytes) and f[1] == 2]
    one, other = rng.choice(texts), rng.choice(texts)
    one[2], other[2] = other[2], one[2]


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place


def _written(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
