"""DICOM files changed element by element, in each of their encodings."""

import random
import struct
import zlib
from typing import NamedTuple

from benchmarks.fuzz_readers.changing import EXTREMES, FLOATS, NUMBERS, changed

_LONG = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
_TEXT = {b"IS", b"DS", b"CS", b"LO", b"SH", b"UI", b"PN", b"DA", b"TM", b"AS", b"AE", b"ST", b"LT"}
_KINDS = sorted({*_LONG, *_TEXT, b"US", b"SS", b"UL", b"SL", b"FL", b"FD", b"AT", b"XX"})
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_UIDS = (b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.2",
         b"1.2.840.10008.1.2.5", b"1.2.840.10008.1.2.4.50", b"1.2.840.10008.1.2.4.51",
         b"1.2.840.10008.1.2.4.70", b"1.2.840.10008.1.2.4.80", b"1.2.840.10008.1.2.4.90",
         b"1.2.840.10008.1.2.4.91", b"1.2.840.10008.1.2.1.99", b"1.2.3", b"", b"x")  # fmt: skip
_WORDS = (b"MONOCHROME1", b"MONOCHROME2", b"RGB", b"YBR_FULL", b"YBR_FULL_422", b"PALETTE COLOR",
          b"YBR_RCT", b"CT", b"PT", b"US", b"HU", b"SIGMOID", b"", b"\x00")  # fmt: skip
# rows, columns, samples, bits, signed, frames, planar, smallest, padding, slope, intercept, window
_ADDED = ((0x28, 0x10), (0x28, 0x11), (0x28, 0x02), (0x28, 0x100), (0x28, 0x101), (0x28, 0x102),
          (0x28, 0x103), (0x28, 0x08), (0x28, 0x06), (0x28, 0x120), (0x28, 0x121), (0x28, 0x1050),
          (0x28, 0x1051), (0x28, 0x1052), (0x28, 0x1053), (0x28, 0x30), (0x20, 0x32), (0x20, 0x37),
          (0x28, 0x04), (0x7FE0, 0x01), (0x7FE0, 0x02), (0x7FE0, 0x08), (0x3004, 0x0E))  # fmt: skip


class Element(NamedTuple):
    """Where an element begins, where its value does, and how long it is."""

    at: int
    value: int
    length: int
    kind: bytes


def dicom_changed(content: bytes, rng: random.Random) -> bytes:
    """Change elements, in what was deflated too."""
    start = _end_of_meta(content)
    if start and _DEFLATED in content[:start] and rng.random() < 0.8:
        unpacked = zlib.decompress(content[start:], -15)
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        new = _elements_changed(unpacked, 0, "<", True, rng)
        return content[:start] + packer.compress(new) + packer.flush()
    if rng.random() < 0.1 and start:
        return _elements_changed(content[:start], 132, "<", True, rng) + content[start:]
    order = ">" if content[start : start + 1] == b"\0" else "<"
    explicit = content[start + 4 : start + 6] in _KINDS
    return _elements_changed(content, start, order, explicit, rng)


def _end_of_meta(content: bytes) -> int:
    """Where the elements of group 2 end; 0 where there are none."""
    if content[128:132] != b"DICM":
        return 0
    at = 132
    for element in _walk(content, 132, "<", True):
        if content[element.at : element.at + 2] != b"\x02\0":
            return element.at
        at = element.value + element.length
    return at


def _walk(content: bytes, at: int, order: str, explicit: bool) -> list[Element]:
    """Elements of the top level and, of sequences, items and all that is in them."""
    found = []
    while at + 8 <= len(content) and len(found) < 400:
        group, _ = struct.unpack_from(order + "HH", content, at)
        kind = content[at + 4 : at + 6]
        if not explicit or group == 0xFFFE:
            kind, value = b"", at + 8
            (length,) = struct.unpack_from(order + "I", content, at + 4)
        elif kind in _LONG:
            if at + 12 > len(content):
                break
            value = at + 12
            (length,) = struct.unpack_from(order + "I", content, at + 8)
        else:
            value = at + 8
            (length,) = struct.unpack_from(order + "H", content, at + 6)
        nested = kind == b"SQ" or group == 0xFFFE or length == 0xFFFFFFFF
        found.append(Element(at, value, 0 if length == 0xFFFFFFFF else length, kind))
        at = value if nested else value + length
    return found


def _elements_changed(
    content: bytes, start: int, order: str, explicit: bool, rng: random.Random
) -> bytes:
    elements = _walk(content, start, order, explicit)
    if not elements:
        return changed(content, rng)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        one, way = rng.choice(elements), rng.random()
        if way < 0.5:
            content = _with_value(content, one, order, explicit, rng)
        elif way < 0.6:
            content = _with_length(content, one, order, explicit, rng)
        elif way < 0.65 and explicit:
            content = content[: one.at + 4] + rng.choice(_KINDS) + content[one.at + 6 :]
        elif way < 0.72:
            tag = struct.pack(order + "HH", *rng.choice(_ADDED))
            content = content[: one.at] + tag + content[one.at + 4 :]
        elif way < 0.79:
            content = content[: one.at] + content[one.value + one.length :]
        elif way < 0.85:
            other = rng.choice(elements)
            copy = content[other.at : other.value + other.length][:2000]
            content = content[: one.at] + copy + content[one.at :]
        elif way < 0.95:
            content = content[: one.at] + _made_up(order, explicit, rng) + content[one.at :]
        else:
            content = content[: rng.randrange(one.at, one.value + one.length + 1)]
        elements = _walk(content, start, order, explicit)
        if not elements:
            break
    return content


def _with_value(
    content: bytes, one: Element, order: str, explicit: bool, rng: random.Random
) -> bytes:
    """Give an element another value, and its length where that differs."""
    old = content[one.value : one.value + one.length]
    if one.kind == b"UI":
        new = rng.choice(_UIDS)
    elif one.kind in _TEXT or (not explicit and old[:1].isalnum() and len(old) > 2):
        new = rng.choice((*NUMBERS, *_WORDS)) if rng.random() < 0.8 else changed(old or b"0", rng)
    elif one.kind in (b"FD", b"FL"):
        letter = "d" if one.kind == b"FD" else "f"
        value = rng.choice([v for v in FLOATS if letter == "d" or not 1e38 < abs(v) < float("inf")])
        new = struct.pack(order + letter, value)
    elif len(old) in (2, 4):
        size = len(old)
        number = rng.choice(EXTREMES) % 2 ** (8 * size)
        new = number.to_bytes(size, "little" if order == "<" else "big")
    else:
        new = changed(old, rng) if old else b""
    new += b"\0" * (len(new) % 2)
    written = content[: one.value] + new + content[one.value + one.length :]
    return written if len(new) == len(old) else _length_set(written, one, order, explicit, len(new))


def _with_length(
    content: bytes, one: Element, order: str, explicit: bool, rng: random.Random
) -> bytes:
    near = (one.length + 1, one.length + 2, max(one.length - 1, 0), one.length * 2, 0)
    return _length_set(content, one, order, explicit, rng.choice((*near, *EXTREMES)))


def _length_set(content: bytes, one: Element, order: str, explicit: bool, length: int) -> bytes:
    long = not explicit or one.kind in _LONG or not one.kind
    size = 4 if long else 2
    number = (length % 2 ** (8 * size)).to_bytes(size, "little" if order == "<" else "big")
    return content[: one.value - size] + number + content[one.value :]


def _made_up(order: str, explicit: bool, rng: random.Random) -> bytes:
    """An element that readers look for, with a value that may not be one."""
    group, element = rng.choice(_ADDED)
    kind = rng.choice((b"US", b"IS", b"DS", b"SS"))
    if kind in (b"US", b"SS"):
        value = struct.pack(order + "H", rng.choice(EXTREMES) % 2**16)
    else:
        value = rng.choice(NUMBERS)
        value += b" " * (len(value) % 2)
    head = struct.pack(order + "HH", group, element)
    if explicit:
        return head + kind + struct.pack(order + "H", len(value)) + value
    return head + struct.pack(order + "I", len(value)) + value
