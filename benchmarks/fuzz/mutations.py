"""One case: a bundle, changed as the seed of the case says."""

import hashlib
import json
import random
import struct
import zlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from benchmarks.fuzz.wire import NUMBERS, mutate, numbers_changed
from imgpipe.bundle.archive import container

SIGNED = 64
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 255, 2**31, 2**53, 2**63, 1e308, 0.5, "", "a", "\x1b[31m",
    "../x", "x" * 20000, [], {}, [[]], [1, 2], [-1], ["a", "a"], {"a": 1}, [2**40, 2**40],
    "float64", "trees", "graph", "network", "neighbours", "mask", "box", "nan", "<f8",
    "<i4", "|O", "all",
)  # fmt: skip
NAMES = ("../evil.onnx", "/etc/passwd", "a\\b.onnx", "classifier.onnx", "classifier.ONNX",
         "x.array", "manifest.json", "a\0.onnx", "", ".onnx", "trees.roots.array", "network.onnx",
         "z" * 70 + ".onnx", "e\u0301.onnx")  # fmt: skip


def case(seed: int, bundles: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Give what was changed, in words, and the bytes of the file."""
    rng = random.Random(seed)
    name = rng.choice(sorted(bundles))
    content = bundles[name]
    way = rng.choices([w for w, _ in _WAYS], [weight for _, weight in _WAYS])[0]
    return f"{name}: {way.__name__.strip('_')}", way(content, rng)


def signed(content: bytes) -> bytes:
    """Put the digest at the end right."""
    body = content[:-SIGNED]
    return body + hashlib.sha256(body).hexdigest().encode()


def members_of(content: bytes) -> dict[str, bytes]:
    """Unpack a sound bundle."""
    found = {}
    for one, room in container._walked(memoryview(content)[:-SIGNED]):
        packed = one.method == container._DEFLATED
        found[one.name.decode()] = zlib.decompress(room, -15) if packed else bytes(room)
    return found


def repacked(members: Mapping[str, bytes], told: Any) -> bytes:
    """Write members with a manifest that has their sizes and digests right, where it has them."""
    listed = told.get("members") if isinstance(told, dict) else None
    for name, content in members.items():
        if isinstance(listed, dict) and isinstance(listed.get(name), dict):
            digest = hashlib.sha256(content).hexdigest()
            listed[name] |= {"bytes": len(content), "sha256": digest}
    text = json.dumps(told).encode()
    return container.packed({"manifest.json": text, **members})


def parts_of(content: bytes) -> tuple[dict[str, bytes], Any]:
    """Members but the manifest, and the manifest parsed."""
    members = members_of(content)
    return members, json.loads(members.pop("manifest.json"))


def _raw(content: bytes, rng: random.Random) -> bytes:
    """Change bytes, and leave the digest as it was."""
    return _changed(content, rng)


def _zip(content: bytes, rng: random.Random) -> bytes:
    """Change bytes of the zip, and sign them again."""
    return signed(_changed(content, rng))


def _changed(content: bytes, rng: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        place, way = rng.randrange(len(found)), rng.random()
        if way < 0.5:
            found[place] ^= 1 << rng.randrange(8)
        elif way < 0.65:
            found[place : place + 4] = struct.pack("<I", rng.choice(NUMBERS) & 0xFFFFFFFF)
        elif way < 0.75:
            del found[place : place + rng.randint(1, 100)]
        elif way < 0.85:
            found[place:place] = rng.randbytes(rng.randint(1, 100))
        elif way < 0.95:
            start = rng.randrange(len(found))
            found[place:place] = found[start : start + 200]
        else:
            del found[place:]
        if not found:
            break
    return bytes(found)


def _members(content: bytes, rng: random.Random) -> bytes:
    """Rename, drop, swap or add members."""
    members, told = parts_of(content)
    names = list(members)
    one, other, way = rng.choice(names), rng.choice(names), rng.randrange(5)
    if way == 0:
        members[one], members[other] = members[other], members[one]
    elif way == 1:
        del members[one]
        if rng.random() < 0.5:
            told["members"].pop(one)
    elif way == 2:
        new = rng.choice(NAMES)
        members[new] = members.pop(one)
        if rng.random() < 0.5:
            told["members"][new] = told["members"].pop(one)
    elif way == 3:
        new = rng.choice(NAMES)
        members[new] = rng.choice((b"", rng.randbytes(64), members[one]))
        told["members"][new] = dict(told["members"][one])
    else:
        told["members"][one], told["members"][other] = told["members"][other], told["members"][one]
    return repacked(members, told)


def _graph(content: bytes, rng: random.Random) -> bytes:
    """Change the graph; an array, where there is none."""
    members, told = parts_of(content)
    graphs = [name for name in members if name.endswith(".onnx")]
    if not graphs:
        return _array(content, rng)
    name = rng.choice(graphs)
    if rng.random() < 0.9:
        members[name] = mutate(members[name], rng)
    else:
        members[name] = _changed(members[name], rng)
    return repacked(members, told)


def _array(content: bytes, rng: random.Random) -> bytes:
    """Change numbers of arrays, their shape or type."""
    members, told = parts_of(content)
    names = [name for name in members if name.endswith(".array")]
    if not names:
        return _graph(content, rng)
    for _ in range(rng.choice((1, 1, 2, 4))):
        name = rng.choice(names)
        listed, way = told["members"][name], rng.random()
        size = np.dtype(listed["dtype"]).itemsize
        if way < 0.7 and members[name] and len(members[name]) % size == 0:
            members[name] = _number(members[name], listed["dtype"], rng)
        elif way < 0.8 and len(members[name]) >= 8:
            members[name] = numbers_changed(members[name], rng, 8)
        elif way < 0.9:
            listed["shape"] = rng.choice(([], [0], [1], listed["shape"][::-1], [2**20, 2**20]))
        elif listed["shape"]:
            row = size * int(np.prod(listed["shape"][1:]))
            listed["shape"][0] += 1
            members[name] += members[name][:row]
    return repacked(members, told)


def _number(content: bytes, dtype: str, rng: random.Random) -> bytes:
    """Change one number to another that its type can hold."""
    array = np.frombuffer(content, dtype).copy()
    place = rng.randrange(len(array))
    other = array[rng.randrange(len(array))]
    if array.dtype.kind == "f":
        uncommon = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, -1e300, 5e-324, other)
    else:
        most = np.iinfo(array.dtype).max
        uncommon = (0, 1, most, len(array), len(array) // 2, place, other)
        if array.dtype.kind == "i":
            uncommon += (-1, -2, -len(array), -most - 1, ~place)
    with np.errstate(all="ignore"):
        array[place] = np.asarray(rng.choice(uncommon)).astype(array.dtype)
    return array.tobytes()


def manifest_changed(content: bytes, rng: random.Random) -> bytes:
    """Change what the manifest says."""
    members, told = parts_of(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = _places(told)
        if not places:
            break
        holder, key = rng.choice(places)
        way = rng.random()
        if way < 0.6:
            holder[key] = deepcopy(rng.choice(VALUES))
        elif way < 0.7:
            del holder[key]
        elif way < 0.8:
            other, its = rng.choice(places)
            holder[key], other[its] = deepcopy(other[its]), deepcopy(holder[key])
        elif way < 0.9 and isinstance(holder[key], int | float):
            holder[key] = rng.choice((holder[key] + 1, -holder[key], holder[key] * 1000, 17))
        elif isinstance(holder, dict):
            name = rng.choice(("a", "kind", "format_version", "x" * 300))
            holder[name] = deepcopy(rng.choice(VALUES))
        else:
            holder.insert(0, deepcopy(rng.choice((*VALUES, holder[key]))))
    return repacked(members, told)


def _json(content: bytes, rng: random.Random) -> bytes:
    """Change the manifest's text."""
    members = members_of(content)
    text = members.pop("manifest.json")
    way = rng.random()
    if way < 0.3:
        words = (b"NaN", b"Infinity", b"1e999", b"[" * 5000, b"9" * 5000, b"null", b'"\\ud800"')
        numbers = [i for i, byte in enumerate(text) if 48 <= byte < 58]
        place = rng.choice(numbers)
        text = text[:place] + rng.choice(words) + text[place + 1 :]
    elif way < 0.5:
        lines = text.split(b"\n")
        place = rng.randrange(len(lines))
        lines.insert(place, lines[rng.randrange(len(lines))])
        text = b"\n".join(lines)
    else:
        text = _changed(text, rng)
    return container.packed({"manifest.json": text, **members})


def _places(told: Any) -> list[tuple[Any, Any]]:
    """Every place in JSON: what holds it, and its key there."""
    found: list[tuple[Any, Any]] = []
    keys = told if isinstance(told, dict) else range(len(told)) if isinstance(told, list) else ()
    for key in keys:
        found.append((told, key))
        found += _places(told[key])
    return found


_WAYS = (
    (_raw, 5),
    (_zip, 10),
    (_members, 10),
    (_graph, 30),
    (_array, 25),
    (manifest_changed, 15),
    (_json, 5),
)
