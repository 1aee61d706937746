"""Bytes changed at random, whatever they mean: flips, cuts, splices, extreme numbers."""

import random
import re
import struct

EXTREMES = (0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 64, 127, 128, 255, 256, 32767, 32768, 65535,
            65536, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1,
            -1, -2, -128)  # fmt: skip
FLOATS = (0.0, -0.0, 1.0, -1.0, 1e-310, 1e30, -1e300, float("nan"), float("inf"), -float("inf"))
NUMBERS = (b"0", b"-1", b"1", b"2", b"3", b"65535", b"65536", b"2147483648", b"4294967296",
           b"99999999999999999999", b"1e308", b"-1e308", b"1e-320", b"nan", b"inf", b"", b"0.5",
           b"x", b"1_0", b" 7", b"\xff", b"1\\2", b"1\\2\\3\\4")  # fmt: skip
_DIGITS = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def changed(content: bytes, rng: random.Random) -> bytes:
    """Change a file at one to five places, the first bytes more often than the rest."""
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3, 5))):
        if not found:
            break
        _change(found, rng)
    return bytes(found)


def _change(found: bytearray, rng: random.Random) -> None:
    place, way = _place(len(found), rng), rng.random()
    if way < 0.3:
        found[place] ^= 1 << rng.randrange(8)
    elif way < 0.4:
        found[place] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    elif way < 0.65:
        number = packed_number(rng)
        found[place : place + len(number)] = number
    elif way < 0.72:
        del found[place : place + _length(rng)]
    elif way < 0.79:
        found[place:place] = rng.randbytes(_length(rng))
    elif way < 0.87:
        start = _place(len(found), rng)
        found[place:place] = found[start : start + _length(rng)]
    elif way < 0.93:
        start, length = _place(len(found), rng), _length(rng)
        found[place : place + length] = found[start : start + length]
    else:
        del found[place:]


def _place(length: int, rng: random.Random) -> int:
    """A place in the file, in half of the cases in its first 400 bytes."""
    return rng.randrange(min(length, 400) if rng.random() < 0.5 else length)


def _length(rng: random.Random) -> int:
    return rng.choice((1, 1, 2, 2, 4, 4, 8, 12, 16, 64, 300))


def packed_number(rng: random.Random) -> bytes:
    """An extreme number as a file may hold it."""
    order, kind = rng.choice("<>"), rng.choice("BHHIIIQfd")
    if kind in "fd":
        value = rng.choice(FLOATS)
        if kind == "f" and abs(value) > 1e38 and abs(value) != float("inf"):
            value = 3e38
        return struct.pack(order + kind, value)
    size = struct.calcsize(kind)
    return (rng.choice(EXTREMES) % 2 ** (8 * size)).to_bytes(
        size, "big" if order == ">" else "little"
    )


def text_changed(content: bytes, rng: random.Random) -> bytes:
    """Change a number that is written in digits, a line, or any bytes."""
    way = rng.random()
    if way < 0.6:
        spots = list(_DIGITS.finditer(content[:4096]))
        if spots:
            spot = rng.choice(spots)
            return content[: spot.start()] + rng.choice(NUMBERS) + content[spot.end() :]
    if way < 0.8:
        lines = content.split(b"\n")
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        turn = rng.randrange(4)
        if turn == 0:
            del lines[i]
        elif turn == 1:
            lines.insert(i, lines[j])
        elif turn == 2:
            lines[i], lines[j] = lines[j], lines[i]
        else:
            lines[i] = changed(lines[i], rng)
        return b"\n".join(lines)
    return changed(content, rng)
