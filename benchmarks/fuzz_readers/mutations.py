"""One case: a file, changed as the seed of the case says, inside what packs and checks it."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.fuzz_readers.changing import EXTREMES, changed, text_changed
from benchmarks.fuzz_readers.dicom import dicom_changed

_Change = Callable[[bytes, random.Random], bytes]
_PNG = b"\x89PNG\r\n\x1a\n"
_TAGS = (254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 322, 323, 338, 339, 347)
_SHARES = {"dicom": 30, "series": 6, "contours": 4, "segmentation": 3, "png": 14, "jpeg": 8,
           "tiff": 12, "bmp": 5, "npy": 6, "nifti": 8, "nrrd": 5, "npz": 4, "table": 5}  # fmt: skip


class Seed(NamedTuple):
    """A sound file: its name, what kind it is of, its bytes."""

    name: str
    kind: str
    content: bytes


class Case(NamedTuple):
    """A changed file, what it was made of, and a number by which a reader is chosen."""

    seed: Seed
    content: bytes
    draw: float


def case(number: int, seeds: Sequence[Seed]) -> Case:
    """The case of a number."""
    rng = random.Random(number)
    kinds = sorted({seed.kind for seed in seeds})
    kind = rng.choices(kinds, [_SHARES[kind] for kind in kinds])[0]
    seed = rng.choice([seed for seed in seeds if seed.kind == kind])
    change = changed if rng.random() < 0.25 else _WAYS.get(kind, changed)
    return Case(seed, change(seed.content, rng), rng.random())


def _png(content: bytes, rng: random.Random) -> bytes:
    """Change chunks of a PNG file, and give them right checksums."""
    chunks, at = [], len(_PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        chunks.append([content[at + 4 : at + 8], content[at + 8 : at + 8 + length]])
        at += 12 + length
    for _ in range(rng.choice((1, 1, 2))):
        i, way = rng.randrange(len(chunks)), rng.random()
        kind, body = chunks[i]
        if way < 0.35 and body:
            chunks[i][1] = changed(body, rng)
        elif way < 0.6:
            chunks[0][1] = _field(chunks[0][1], rng)
        elif way < 0.75 and kind == b"IDAT":
            chunks[i][1] = zlib.compress(changed(_inflated(body), rng), 1)
        elif way < 0.85:
            chunks.insert(rng.randrange(len(chunks) + 1), list(chunks[i]))
        elif way < 0.92 and len(chunks) > 1:
            del chunks[i]
        else:
            chunks[i][0] = rng.choice(
                (b"IDAT", b"PLTE", b"tRNS", b"IEND", b"IHDR", b"eXIf", b"tEXt")
            )
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return _PNG + b"".join(parts)


def _field(header: bytes, rng: random.Random) -> bytes:
    """Change a size, depth or kind in a PNG header."""
    found = bytearray(header)
    if len(found) == 13 and rng.random() < 0.5:
        found[8:13] = bytes(
            (rng.choice((1, 2, 4, 8, 16)), rng.choice((0, 2, 3, 4, 6)), 0, 0, rng.randrange(2))
        )
    elif len(found) == 13:
        place = rng.choice((0, 4))
        found[place : place + 4] = struct.pack(">I", rng.choice((0, 1, 5, 9, 300, 65535, 2**31)))
    return bytes(found)


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return body


def _tiff(content: bytes, rng: random.Random) -> bytes:
    """Change an entry of a directory: its tag, type, count or value."""
    order = "<" if content[:2] == b"II" else ">"
    found = bytearray(content)
    directories, at = [], struct.unpack_from(order + "I", content, 4)[0]
    while 8 <= at < len(content) - 2 and len(directories) < 8:
        (count,) = struct.unpack_from(order + "H", content, at)
        directories.append((at, count))
        end = at + 2 + 12 * count
        at = struct.unpack_from(order + "I", content, end)[0] if end + 4 <= len(content) else 0
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, count = rng.choice(directories)
        entry = at + 2 + 12 * rng.randrange(max(count, 1))
        way = rng.random()
        if way < 0.1:
            struct.pack_into(order + "H", found, entry, rng.choice(_TAGS))
        elif way < 0.25:
            struct.pack_into(
                order + "H", found, entry + 2, rng.choice((0, 1, 2, 3, 4, 5, 7, 12, 16, 99))
            )
        elif way < 0.4:
            struct.pack_into(order + "I", found, entry + 4, rng.choice(EXTREMES) % 2**32)
        elif way < 0.95:
            small = rng.random() < 0.5
            value = (
                rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 64, 32773, 50000))
                if small
                else (rng.choice(EXTREMES) % 2**32)
            )
            short = struct.unpack_from(order + "H", found, entry + 2)[0] == 3
            struct.pack_into(
                order + ("H" if short else "I"),
                found,
                entry + 8,
                value % (2**16 if short else 2**32),
            )
        else:
            struct.pack_into(order + "I", found, at + 2 + 12 * count, rng.choice((8, at, 2**31)))
    return bytes(found)


def _packed(content: bytes, rng: random.Random) -> bytes:
    """Change what gzip packed, if it did."""
    if not content.startswith(b"\x1f\x8b"):
        return changed(content, rng)
    return gzip.compress(changed(gzip.decompress(content), rng), 1, mtime=0)


def _nrrd(content: bytes, rng: random.Random) -> bytes:
    """Change the header, which is text, or the data."""
    head, mark, data = content.partition(b"\n\n")
    if rng.random() < 0.8:
        return text_changed(head, rng) + mark + data
    return head + mark + _packed(data, rng)


def _npz(content: bytes, rng: random.Random) -> bytes:
    """Change members of an archive, and pack it anew."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = [(info.filename, file.read(info)) for info in file.infolist()]
    i = rng.randrange(len(members))
    name, body = members[i]
    way = rng.random()
    if way < 0.7:
        members[i] = (name, text_changed(body, rng))
    elif way < 0.8:
        members[i] = (rng.choice(("images.npy", "labels.npy", "../x.npy", "x", "masks.npy")), body)
    elif way < 0.9:
        members.append((rng.choice(("masks.npy", "groups.npy", "train_images.npy")), body))
    else:
        del members[i]
    packed = io.BytesIO()
    with zipfile.ZipFile(
        packed, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as file:
        for name, body in dict(members).items():
            file.writestr(zipfile.ZipInfo(name), body)
    return changed(packed.getvalue(), rng) if rng.random() < 0.2 else packed.getvalue()


_WAYS: dict[str, _Change] = {
    "png": _png,
    "tiff": _tiff,
    "dicom": dicom_changed,
    "series": dicom_changed,
    "contours": dicom_changed,
    "segmentation": dicom_changed,
    "nifti": _packed,
    "nrrd": _nrrd,
    "npy": text_changed,
    "npz": _npz,
    "table": text_changed,
}
