"""Damaged, truncated and foreign files: one readable line, and never a part of an image."""

import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
import tifffile
from PIL import Image as PillowImage

from imgpipe import InputError
from imgpipe.images import Image, read, write
from imgpipe.images.formats.samples import picture
from imgpipe.images.read import HEAD, decoder_for

RNG = np.random.default_rng(6)
GRAY = RNG.integers(0, 256, (10, 7), dtype=np.uint8)
RGB = RNG.integers(0, 256, (10, 7, 3), dtype=np.uint8)
VOLUME = RNG.standard_normal((3, 5, 4)).astype(np.float32)


# what Python, NumPy and decoders say of their own code
INTERNALS = re.compile(
    r"attribute|literal|(?:could not|cannot) convert|unpack|NoneType|argument|object|out of range|"
    r"subscript|cannot reshape|buffer|\w+Error|<.*>|traceback",
    re.IGNORECASE,
)


def dicom(name: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(Path(pydicom.data.get_testdata_file(name)).read_bytes())


def decode(name: str, data: bytes) -> Image:
    """What `read` does behind the file system: thousands of files would be slow to write."""
    return picture(decoder_for(name, data[:HEAD], Path(name).suffix)(name, data))


FILES: dict[str, Callable[[Path], object]] = {
    "gray8.png": lambda path: write(path, GRAY),
    "gray16.png": lambda path: write(path, GRAY.astype(np.uint16) * 200),
    "rgb16.png": lambda path: write(path, RGB.astype(np.uint16) * 200, channel_axis=-1),
    "palette.png": lambda path: PillowImage.fromarray(RGB).quantize(9).save(path),
    "gray.jpg": lambda path: PillowImage.fromarray(GRAY).save(path),
    "progressive.jpg": lambda path: PillowImage.fromarray(RGB).save(path, progressive=True),
    "gray.bmp": lambda path: PillowImage.fromarray(GRAY).save(path),
    "int16.tif": lambda path: write(path, GRAY.astype(np.int16)),
    "volume.tif": lambda path: write(path, VOLUME),
    "zlib.tif": lambda path: tifffile.imwrite(path, GRAY, compression="zlib", rowsperstrip=4),
    "pixels.npy": lambda path: write(path, GRAY),
    "native.dcm": dicom("SC_rgb_small_odd.dcm"),
    "bigendian.dcm": dicom("SC_rgb_small_odd_big_endian.dcm"),
    "jpeg.dcm": dicom("SC_rgb_small_odd_jpeg.dcm"),
    "rle.dcm": dicom("rtdose_rle_1frame.dcm"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_cut_is_an_error_or_harmless(tmp_path: Path, name: str) -> None:
    """A file cut anywhere is an error, or gives the very same pixels where only a tail is lost."""
    FILES[name](tmp_path / name)
    data = (tmp_path / name).read_bytes()
    whole = decode(name, data).pixels
    assert np.array_equal(read(tmp_path / name).pixels, whole)
    failures, messages = 0, set()
    for length in range(1, len(data)):
        try:
            found = decode(name, data[:length]).pixels
        except InputError as error:
            failures += 1
            messages.add(str(error))
        else:
            assert found.dtype == whole.dtype
            assert np.array_equal(found, whole), f"cut at {length} of {len(data)}"
    assert failures > 0.9 * len(data)
    assert all(message.startswith(name) and "\n" not in message for message in messages)
    assert not [message for message in messages if INTERNALS.search(message)]


@pytest.mark.parametrize("name", FILES)
def test_wrong_bytes_never_escape(tmp_path: Path, name: str) -> None:
    """Random wrong bytes give an InputError of one line or an image, and no other error."""
    FILES[name](tmp_path / name)
    data = (tmp_path / name).read_bytes()
    rng = np.random.default_rng(0)
    outcomes = set()
    for _ in range(150):
        wrong = bytearray(data)
        for at in rng.integers(0, len(data), 3):
            wrong[at] = rng.integers(256)
        try:
            outcomes.add(decode(name, bytes(wrong)).pixels.ndim >= 2)
        except InputError as error:
            outcomes.add("several lines" if "\n" in str(error) else "one line")
            outcomes.update(INTERNALS.findall(str(error)))
    assert outcomes <= {True, "one line"}
    assert "one line" in outcomes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"patient,age\n1,50\n", "a text file, not an image"),
        (b"BMI,age\n22,50\n", "a text file, not an image"),
        (bytes(range(256)), "not an image"),
        (bytes(1000), "not an image"),
        (b"GIF89a" + bytes(20), "a GIF"),
        (b"PK\x03\x04" + bytes(20), "datasets.load reads NPZ"),
    ],
)
def test_what_is_no_image(tmp_path: Path, content: bytes, message: str) -> None:
    """A text file or another format named .png gives one line with its path and what would do."""
    path = tmp_path / "scan.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    """Missing files, folders, loops, overlong names and pipes are errors that name the path."""
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    os.mkfifo(tmp_path / "pipe.png")
    cases = {
        tmp_path / "gone.png": "no such file",
        tmp_path: "a folder, where an image file is expected",
        tmp_path / "loop.png": "cannot be read",
        tmp_path / ("x" * 300 + ".png"): "cannot be read",
        tmp_path / "pipe.png": "neither a file nor a folder",
    }
    for path, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            read(path)
        assert str(path) in str(caught.value)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    """An NPY file of Python objects is refused by its header."""
    bomb = tmp_path / "touched"

    class Bomb:
        def __reduce__(self) -> tuple:
            return (open, (str(bomb), "w"))

    array = np.empty((2, 2), object)
    array[:] = Bomb()
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    with pytest.raises(InputError, match="array of Python objects"):
        read(tmp_path / "x.npy")
    assert not bomb.exists()


def test_npy_with_missing_data_says_how_much(tmp_path: Path) -> None:
    """The message tells how many bytes are there and how many were declared."""
    np.save(tmp_path / "x.npy", GRAY)
    data = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(data[:-10])
    with pytest.raises(InputError, match="truncated: 60 of 70 bytes"):
        read(tmp_path / "x.npy")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_jpeg_mended_with_an_end_marker(tmp_path: Path, share: float) -> None:
    """A cut JPEG file that ends in an end marker all the same is not filled up with gray."""
    path = tmp_path / "x.jpg"
    PillowImage.fromarray(np.tile(RGB, (5, 5, 1))).save(path, quality=90)
    data = path.read_bytes()
    start = data.find(b"\xff\xda")
    path.write_bytes(data[: start + int(share * (len(data) - start))] + b"\xff\xd9")
    with pytest.raises(InputError, match="coded pixels of the JPEG file are missing"):
        read(path)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("settings", [{}, {"subsampling": 0}, {"progressive": True}], ids=str)
def test_jpeg_mended_at_every_cut(tmp_path: Path, mode: str, settings: dict) -> None:
    """Wherever a mended file was cut, it is refused, or no more than its last block differs."""
    path = tmp_path / "x.jpg"
    pixels = np.tile(RGB, (4, 5, 1))
    PillowImage.fromarray(pixels).convert(mode).save(path, quality=60, **settings)
    data = path.read_bytes()
    whole, start = decode("x.jpg", data).pixels.astype(int), data.find(b"\xff\xda") + 14
    accepted = 0
    for length in range(start, len(data) - 3):
        try:
            found = decode("x.jpg", data[:length] + b"\xff\xd9").pixels
        except InputError:
            continue
        accepted += 1
        wrong = np.argwhere((found != whole).reshape(*pixels.shape[:2], -1).any(axis=-1))
        assert (wrong >= np.array([32, 32]) - 1).all(), length
    assert accepted < 0.1 * (len(data) - start)


@pytest.mark.parametrize("rows", [0, 1, 11, 12])
@pytest.mark.parametrize("black", [False, True])
def test_png_mended_with_a_whole_stream(tmp_path: Path, rows: int, black: bool) -> None:
    """A PNG of which all checksums hold and rows are missing is refused; black rows are not."""
    stored = np.concatenate([GRAY, np.zeros((2, 7), np.uint8)]) if black else np.tile(GRAY, (2, 1))
    stored = stored[:12]
    lines = b"".join(b"\0" + line.tobytes() for line in stored[:rows])
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 7, 12, 8, 0, 0, 0, 0)),
             (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]  # fmt: skip
    chunks = [struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
              for tag, body in parts]  # fmt: skip
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    if rows == 12:
        assert np.array_equal(read(tmp_path / "x.png").pixels, stored)
    else:
        with pytest.raises(InputError, match=f"truncated: {8 * rows} of 96 bytes|is truncated"):
            read(tmp_path / "x.png")


def test_damage_under_right_checksums_is_silent(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """A damaged stream of 16-bit colour whose checksum holds is an error, and prints nothing."""
    write(tmp_path / "x.png", RGB.astype(np.uint16) * 200, channel_axis=-1)
    data = bytearray((tmp_path / "x.png").read_bytes())
    at = data.find(b"IDAT")
    (length,) = struct.unpack_from(">I", data, at - 4)
    data[at + 4 + length - 1] ^= 0xFF
    checksum = zlib.crc32(data[at : at + 4 + length])
    data[at + 4 + length : at + 8 + length] = struct.pack(">I", checksum)
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        read(tmp_path / "x.png")
    assert capfd.readouterr().err == ""


def test_odd_names(tmp_path: Path) -> None:
    """Blanks, accents, other scripts and bytes that are no UTF-8 are read and written."""
    for name in ("Bild für 患者 1", os.fsdecode(b"f\xfcnf")):
        for suffix in (".png", ".tif", ".npy", ".jpg"):
            write(tmp_path / (name + suffix), GRAY)
            assert read(tmp_path / (name + suffix)).pixels.shape == GRAY.shape
    with pytest.raises(InputError, match=r"f\\xfcnf\.gif: cannot write") as caught:
        write(tmp_path / os.fsdecode(b"f\xfcnf.gif"), GRAY)
    str(caught.value).encode()
    (tmp_path / os.fsdecode(b"\xff.png")).write_bytes(b"")
    with pytest.raises(InputError, match=r"\\xff\.png: the file is empty") as caught:
        read(tmp_path / os.fsdecode(b"\xff.png"))
    str(caught.value).encode()


def test_decoders_stay_silent(tmp_path: Path) -> None:
    """Reading damaged files leaves standard error empty, C libraries included."""
    for name, make in FILES.items():
        make(tmp_path / name)
        data = bytearray((tmp_path / name).read_bytes())
        data[len(data) * 3 // 4] ^= 0xFF
        data[-20] ^= 0xFF
        (tmp_path / name).write_bytes(data)
    code = """
import sys, pathlib
from imgpipe import InputError, images
done = 0
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        images.read(path)
    except InputError:
        pass
    done += 1
print(done)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(len(FILES))
    assert done.stderr == ""


def test_missing_libgl_names_the_headless_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenCV lacks a window library, one line names the package without windows."""
    import builtins

    from imgpipe.images.formats.opencv import cv2

    plain_import = builtins.__import__

    def fail(name: str, *args: object, **settings: object) -> object:
        if name == "cv2":
            raise ImportError("libGL.so.1: cannot open shared object file: No such file")
        return plain_import(name, *args, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(InputError, match=r"libGL\.so\.1.*pip install opencv-python-headless"):
        cv2()
