"""The zip of a bundle: any change is seen, and what an attacker signs again is no zip trick."""

import io
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pytest

from benchmarks.fuzz.mutations import members_of, signed
from imgpipe import InputError
from imgpipe.bundle import load
from imgpipe.bundle.archive import container

Refusal = Callable[[bytes], str]


def member(name: bytes, content: bytes = b"abc", **other: int) -> bytes:
    """A stored member with its header, of which some numbers may be other ones."""
    numbers = {"version": 20, "flags": 0, "method": 0, "time": 0, "date": 0x21,
               "crc": zlib.crc32(content), "room": len(content), "size": len(content),
               "length": len(name), "extra": 0} | other  # fmt: skip
    return container._LOCAL.pack(b"PK\3\4", *numbers.values()) + name + content


def placed_first(bundle: bytes, *members: bytes) -> bytes:
    """A bundle with members put behind the manifest, and its old table of contents."""
    length, name = struct.unpack_from("<I", bundle, 18)[0], len("manifest.json")
    place = container._LOCAL.size + name + length
    return signed(bundle[:place] + b"".join(members) + bundle[place:])


@pytest.mark.parametrize("step", [97, pytest.param(1, marks=[pytest.mark.full, pytest.mark.rare])])
def test_a_flip_in_any_byte_is_seen(step: int, bundles: dict[str, bytes], refusal: Refusal) -> None:
    """A bundle of which a bit was flipped, in whichever byte, is refused."""
    bundle = bundles["logistic-2"]
    # all of the first and the last bytes, which say where the parts are, and of the rest a share
    ends = (*range(100), *range(len(bundle) - 400, len(bundle)))
    for place in sorted({*ends, *range(0, len(bundle), step)}):
        flipped = bytearray(bundle)
        flipped[place] ^= 1 << place % 8
        said = refusal(bytes(flipped))
        known = place in (*range(4), *range(30, 43))  # the zip's first bytes, and the name behind
        assert ("no model written by imgpipe train" if known else "damaged") in said, (place, said)


def test_a_cut_anywhere_is_seen(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """A bundle that is cut off, wherever, is refused."""
    bundle = bundles["forest-2"]
    assert refusal(b"").startswith("is empty; get the file again, or train")
    for length in range(1, len(bundle), 3):
        said = refusal(bundle[:length])
        known = length < 4
        assert ("no model written by imgpipe train" if known else "damaged") in said, (length, said)


@pytest.mark.parametrize("more", [b"\0", b"\n", bytes(5000), b"PK\5\6" + bytes(18)])
def test_what_follows_the_end_is_seen(
    more: bytes, bundles: dict[str, bytes], refusal: Refusal
) -> None:
    """Bytes behind the end are refused."""
    assert "damaged" in refusal(bundles["svm-2"] + more)


def office_document() -> bytes:
    """A zip as word processors write it."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return store.getvalue()


def compressed_pickle() -> bytes:
    """What joblib writes."""
    store = io.BytesIO()
    joblib.dump({"format": "imgpipe-joblib"}, store, compress=3)
    return store.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pickle.dumps({}), "is a pickle, as in .joblib files, which can run code"),
        (compressed_pickle(), "name it .joblib and add --trust"),
        (office_document(), "is a zip, but no model written by imgpipe train"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "begins with b'\\x89PNG"),
        (np.random.default_rng(0).bytes(5000), "is no model written by imgpipe train"),
        (b"PK", "is no model written by imgpipe train"),
        (b"\n", "is no model written by imgpipe train"),
    ],
)
def test_files_of_other_kinds(content: bytes, words: str, refusal: Refusal) -> None:
    """A file of another kind is called what it is."""
    assert words in refusal(content)


def test_no_file_at_all(tmp_path: Path) -> None:
    """Folders, pipes and links that lead nowhere are named, and nothing waits for them."""
    (tmp_path / "folder.imgpipe").mkdir()
    os.mkfifo(tmp_path / "pipe.imgpipe")
    (tmp_path / "loop.imgpipe").symlink_to(tmp_path / "loop.imgpipe")
    (tmp_path / "gone.imgpipe").symlink_to(tmp_path / "nowhere")
    for name, words in {
        "folder": "is a folder",
        "pipe": "is no regular file",
        "loop": "is a link that leads back to itself",
        "gone": "no such file",
        "missing": "no such file",
        "a" * 300: "cannot be read",
        "zero\0": "no file can have this name",
    }.items():
        with pytest.raises(InputError, match=words):
            load(tmp_path / f"{name}.imgpipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to the administrator")
def test_no_permission(tmp_path: Path) -> None:
    """A file that may not be read is named, with the reason."""
    path = tmp_path / "m.imgpipe"
    path.write_bytes(b"PK")
    path.chmod(0)
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied"):
        load(path)


@pytest.mark.parametrize(
    "name",
    [b"../evil.onnx", b"/etc/passwd", b"a\\b.onnx", b"C:evil.onnx", b"a/b.onnx", b"x\0.onnx",
     b"evil.py", b"", b".onnx", b"\xc3\xa9.onnx", b"A.onnx", b"a" * 70 + b".onnx",
     b"x.onnx/"],
)  # fmt: skip
def test_names_that_no_model_has(
    name: bytes, bundles: dict[str, bytes], refusal: Refusal, tmp_path: Path
) -> None:
    """A member that would leave the folder, or that nothing reads, is refused."""
    before = sorted(os.listdir(tmp_path.parent))
    assert "a name that no model has" in refusal(placed_first(bundles["svm-2"], member(name)))
    assert sorted(os.listdir(tmp_path.parent)) == before


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"flags": 1}, "has options that no model has"),  # encrypted
        ({"flags": 8}, "has options that no model has"),  # sizes behind the member
        ({"flags": 0x800}, "has options that no model has"),
        ({"version": 45}, "has options that no model has"),  # zip64
        ({"date": 0x5000}, "has options that no model has"),
        ({"time": 1}, "has options that no model has"),
        ({"method": 12}, "packed by method 12"),
        ({"method": 99}, "packed by method 99"),
        ({"size": 2**32 - 1, "room": 2**32 - 1}, "would unpack to more than"),
        ({"size": 2**30 - 1, "room": 2**30 - 1}, "ends within b'a.onnx'|would unpack"),
        ({"size": 5}, "has two sizes"),
        ({"room": 0, "size": 200, "method": 8}, "no model packs so well"),
        ({"method": 8}, "cannot be unpacked|does not unpack"),
        ({"crc": 1}, "does not have the checksum"),
        ({"extra": 20}, "has options that no model has"),
        ({"length": 60000}, "a name that no model has"),
    ],
)
def test_headers_that_no_model_has(
    changed: dict[str, int], words: str, bundles: dict[str, bytes], refusal: Refusal
) -> None:
    """Options of a zip that this format does without are refused, one and all."""
    said = refusal(placed_first(bundles["svm-2"], member(b"a.onnx", **changed)))
    assert any(word in said for word in words.split("|")), said


def test_a_member_twice(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """Two members of one name are refused, whichever a reader would take."""
    twice = placed_first(bundles["svm-2"], member(b"a.onnx"), member(b"a.onnx"))
    assert "holds a.onnx twice" in refusal(twice)
    again = placed_first(bundles["svm-2"], member(b"manifest.json", b"{}"))
    assert "holds manifest.json twice" in refusal(again)


def test_too_many_members(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """More members than any model has are refused."""
    names = [f"a{'_' * n}.array".encode() for n in range(56)]
    names += [f"b{'_' * n}.array".encode() for n in range(56)]
    many = placed_first(bundles["svm-2"], *(member(name) for name in names))
    assert "more than 64 members" in refusal(many)


def test_what_is_hidden(bundles: dict[str, bytes], refusal: Refusal) -> None:
    """Bytes between members and table, members without a line there, lines without a member."""
    bundle = bundles["svm-2"]
    table = bundle.index(b"PK\1\2")
    line = bundle[table : bundle.index(b"PK\1\2", table + 4)]
    for changed in (
        bundle[:table] + b"hidden" + bundle[table:],
        bundle[:table] + member(b"a.onnx") + bundle[table:],
        bundle[:table] + line + bundle[table:],
        bundle[:table] + bundle[table + len(line) :],
        bundle[:-64] + b"x" + bundle[-64:],
        bundle[: -64 - 2] + b"\x41\0" + bundle[-64:] + b"0",
    ):
        assert "table of contents" in refusal(signed(changed))
    renamed = bytearray(bundle)
    renamed[table + 46] ^= 1  # of a name, in the table alone
    assert "table of contents" in refusal(signed(bytes(renamed)))


def test_a_bomb_is_not_unpacked(
    bundles: dict[str, bytes], refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that would grow a thousandfold is refused before a byte is unpacked."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = stream.compress(bytes(10**7)) + stream.flush()
    header = member(b"a.onnx", bomb, method=8, size=10**7, crc=0)
    assert "no model packs so well" in refusal(placed_first(bundles["svm-2"], header))
    # one that tells a smaller size is unpacked up to that size
    asked = []
    inflate = zlib.decompressobj

    class Watched:
        def __init__(self, *given: int) -> None:
            self.stream = inflate(*given)

        def decompress(self, data: bytes, most: int) -> bytes:
            asked.append(most)
            return self.stream.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self.stream, name)

    monkeypatch.setattr(container.zlib, "decompressobj", Watched)
    header = member(b"a.onnx", bomb, method=8, size=1000, crc=0)
    assert "does not unpack to the 1,000 bytes" in refusal(placed_first(bundles["svm-2"], header))
    assert max(asked) < 10**6


def test_what_packs_too_well_is_stored(tmp_path: Path) -> None:
    """No sound bundle is refused for how well it packs."""
    path = tmp_path / "m.imgpipe"
    members = {"manifest.json": b"{}", "zeros.array": bytes(10**6), "empty.array": b""}
    path.write_bytes(container.packed(members))
    assert container.unpacked(path.read_bytes()) == members


def test_any_zip_tool_opens_it(bundles: dict[str, bytes]) -> None:
    """A bundle is a zip to others, too."""
    for bundle in bundles.values():
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            assert archive.testzip() is None
            assert {n: archive.read(n) for n in archive.namelist()} == members_of(bundle)


def test_the_same_bytes(bundles: dict[str, bytes], tmp_path: Path) -> None:
    """Members that are packed again give the same file."""
    for bundle in bundles.values():
        assert container.packed(members_of(bundle)) == bundle


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is not read."""
    path = tmp_path / "m.imgpipe"
    with open(path, "wb") as file:
        file.truncate(container.MOST_BYTES + 1)
    with pytest.raises(InputError, match="bytes; a model has 1,073,741,824 at most"):
        load(path)
