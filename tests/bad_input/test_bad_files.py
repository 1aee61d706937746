"""Files that cannot be used: each has its line, and in a batch its row and reason code."""

import gzip
import io
import os
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from bad_cases import Case, Given, tried
from dicom_cases import dicom
from PIL import Image as PillowImage

from benchmarks.fuzz_readers.seeds_dicom import DEEP, image_of, written
from imgpipe import InputError, datasets, tables
from imgpipe.images import read, write
from imgpipe.images.read import read_bytes

GRAY = np.arange(48, dtype=np.uint8).reshape(6, 8)


def png(pixels: np.ndarray = GRAY) -> bytes:
    """Bytes of a PNG file."""
    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    """Bytes of an NPY file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


Content = bytes | Callable[[], bytes]


def of(name: str, content: Content) -> Callable[[Path], Path]:
    """Write a file of this name."""

    def written(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content() if callable(content) else content)
        return path

    return written


def a_folder(folder: Path) -> Path:
    """A folder in place of a file."""
    (folder / "x.png").mkdir()
    return folder / "x.png"


def a_loop(folder: Path) -> Path:
    """A link that leads to itself."""
    os.symlink(folder / "x.png", folder / "x.png")
    return folder / "x.png"


def a_pipe(folder: Path) -> Path:
    """What is neither file nor folder, and would never end."""
    os.mkfifo(folder / "x.png")
    return folder / "x.png"


def locked(folder: Path) -> Path:
    """A file that nobody may read, for whom the system minds that."""
    path = of("x.png", png())(folder)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    return path


def giant_png() -> bytes:
    """A header of 100,000 x 100,000 pixels over next to nothing."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(10))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
        for tag, body in parts
    )


def two_headed_png() -> bytes:
    """A small header for whoever checks, and a giant one for whoever decodes."""
    small, giant = png(), giant_png()
    return small[:33] + giant[8:33] + small[33:]


def deep_png(rows: bytes) -> bytes:
    """A 16-bit colour PNG of 4 x 2 pixels with these rows, each after its filter."""
    head = struct.pack(">IIBBBBB", 4, 2, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
        for tag, body in parts
    )


def giant_npy() -> bytes:
    """A header of 80 GB, and no data."""
    head = b"{'descr': '|u1', 'fortran_order': False, 'shape': (100000, 800000), }"
    head += b" " * (117 - len(head)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head


def giant_tiff() -> bytes:
    """A directory that declares 2^31 x 2^31 pixels."""
    file = io.BytesIO()
    tifffile.imwrite(file, GRAY)
    content = bytearray(file.getvalue())
    start = struct.unpack_from("<I", content, 4)[0]
    for entry in range(start + 2, start + 26 + 12, 12):
        if struct.unpack_from("<H", content, entry)[0] in (256, 257):
            struct.pack_into(
                "<HHII", content, entry, *struct.unpack_from("<H", content, entry), 4, 1, 2**31
            )
    return bytes(content)


def many_samples() -> bytes:
    """A TIFF of few pixels with 60,000 samples each, of which one is there."""
    file = io.BytesIO()
    tifffile.imwrite(file, np.zeros((200, 200), np.uint8), compression="lzw")
    content = bytearray(file.getvalue())
    start, count = struct.unpack_from("<I", content, 4)[0], 0
    for entry in range(start + 2, start + 2 + 12 * 14, 12):
        if struct.unpack_from("<H", content, entry)[0] == 277:
            struct.pack_into("<H", content, entry + 8, 60_000)
            count += 1
    assert count == 1
    return bytes(content)


def giant_nifti() -> bytes:
    """A header of 30,000 voxels along each axis."""
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, 30_000, 30_000, 30_000, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 2, 8)
    struct.pack_into("<8f", head, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<f", head, 108, 352.0)
    head[344:348] = b"n+1\0"
    return bytes(head)


def gzip_bomb() -> bytes:
    """A NIfTI header, and 200 MB of zeros packed to 200 kB."""
    head = bytearray(giant_nifti())
    struct.pack_into("<8h", head, 40, 3, 4, 4, 4, 1, 1, 1, 1)
    return gzip.compress(bytes(head) + bytes(200 * 2**20), 1)


def archive(**members: bytes) -> bytes:
    """An NPZ of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(f"{name}.npy", content)
    return file.getvalue()


def objects() -> bytes:
    """An NPZ with an array that runs code when it is unpickled."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os._exit, (77,)  # type: ignore[return-value]

    return archive(images=npy(np.array([Trap()], dtype=object)))


def zip_bomb() -> bytes:
    """An NPZ whose images unpack to 64 GB, all zeros."""
    head = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000, 8000, 8000), }"
    head += b" " * (117 - len(head)) + b"\n"
    return archive(images=b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(2**20))


def twins(folder: Path) -> Path:
    """A manifest with two lines for one file."""
    of("a.png", png())(folder)
    path = folder / "m.csv"
    path.write_text("path,label\na.png,x\n./a.png,y\n")
    return path


def longest(folder: Path) -> np.ndarray:
    """A path of more than 255 bytes in Chinese, German and with a quote."""
    deep = folder / ("肺" * 60) / "Größe 'a' \"b\"" / ("x" * 200)
    deep.mkdir(parents=True)
    path = deep / "ü 1.png"
    path.write_bytes(png())
    return read(path).pixels


def undecodable(folder: Path) -> np.ndarray:
    """A name that is no UTF-8."""
    path = os.fsencode(folder) + b"/\xff\xfe.png"
    with open(path, "wb") as file:
        file.write(png())
    return read(os.fsdecode(path)).pixels


def opened(name: str, content: Content) -> Given:
    """Pixels of a file of this name and content."""
    return lambda folder: read(of(name, content)(folder)).pixels


def first_of(name: str, content: Content) -> Given:
    """Pixels of the first image of a source."""
    return lambda folder: datasets.find_images(of(name, content)(folder))[0].pixels


def listed(name: str, content: Content) -> Given:
    """A labelled data set in a file of this name and content."""
    return lambda folder: datasets.load(of(name, content)(folder))


def made(path_in: Callable[[Path], Path]) -> Given:
    """Pixels of what a function puts there."""
    return lambda folder: read(path_in(folder)).pixels


def giant_dicom(folder: Path) -> Path:
    """A DICOM header of 60,000 x 60,000 pixels over a hundred bytes."""
    return dicom(folder / "x.dcm", Rows=60000, Columns=60000)


NOISE = bytes(k * 97 % 256 for k in range(7, 300))
DICTIONARY = npy(np.array([{}]))

CASES = [
    Case("empty", opened("x.png", b""), r"x\.png: the file is empty"),
    Case("empty", opened("x.dcm", b""), r"x\.dcm: the file is empty"),
    Case("empty", listed("x.csv", b""), r"x\.csv: .*empty"),
    Case("empty", listed("x.npz", b""), r"x\.npz: not an NPZ file"),
    Case("a directory", made(a_folder), r"x\.png: a folder, where an image file"),
    Case("a directory", made(a_pipe), r"x\.png: neither a file nor a folder"),
    Case("symlink loop", made(a_loop), r"x\.png: cannot be read: .*symbolic links"),
    Case("no permission", made(locked), r"x\.png: cannot be read: Permission denied"),
    Case("wrong extension", opened("x.jpg", png()), gives=GRAY),
    Case("wrong extension", opened("x.png", b"GIF89a..."), r"x\.png: a GIF"),
    Case("wrong extension", opened("x.png", b"name,age\n"), r"x\.png: a text file"),
    Case("random bytes", opened("x.png", NOISE), r"x\.png: not an image"),
    Case("random bytes", opened("x.dcm", NOISE), r"x\.dcm: not a DICOM file"),
    Case("trailing zeros", opened("x.png", png() + bytes(999)), gives=GRAY),
    Case("trailing zeros", opened("x.npy", npy(GRAY) + bytes(9)), gives=GRAY),
    Case("cut", opened("x.png", png()[:-20]), r"x\.png: truncated"),
    Case("huge dimensions", opened("x.png", giant_png), r"100000 x 100000 pixels, more than"),
    Case("huge dimensions", opened("x.png", two_headed_png), r"several headers"),
    Case("huge dimensions", opened("x.npy", giant_npy), r"100000 x 800000 pixels, more than"),
    Case("huge dimensions", opened("x.tif", giant_tiff), r"2147483648 pixels, more than"),
    Case("huge dimensions", opened("x.nii", giant_nifti), r"30000 x 30000 pixels, more than"),
    Case("huge dimensions", made(giant_dicom), r"60000 x 60000 pixels, more than"),
    Case("found by fuzzing", opened("x.png", deep_png(b"\x07" + bytes(49))), r"unknown filter"),
    Case("found by fuzzing", opened("x.png", deep_png(bytes(99))), gives=np.zeros((2, 4, 3))),
    Case("found by fuzzing", opened("x.npy", npy(GRAY.astype(">f2"))), gives=GRAY),
    Case("found by fuzzing", opened("x.tif", many_samples), r"more than the \d+ that are read"),
    Case("found by fuzzing", listed("x.csv", b"path,la\0bel\n"), r"x\.csv: holds NUL characters"),
    Case("found by fuzzing", listed("x.csv", b"path\x01,y\na,b\n"), r"among path\\x01, y"),
    Case("object arrays", first_of("x.npz", objects), r"x\.npz.*object"),
    Case("object arrays", opened("x.npy", DICTIONARY), r"x\.npy.*object"),
    Case("zip bombs", first_of("x.npz", zip_bomb), r"declares 64000000\d+ bytes"),
    Case("zip bombs", lambda f: opened("x.nii.gz", gzip_bomb)(f).shape, gives=(4, 4, 4)),
    Case("two files with one name", lambda f: datasets.load(twins(f)), r"a\.png"),
    Case("non-ASCII and very long paths", longest, gives=GRAY),
    Case("non-ASCII and very long paths", undecodable, gives=GRAY),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_is_refused_or_read_right(case: Case, tmp_path: Path) -> None:
    """It is refused in one line that names it, or read as its content says."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tried(case, tmp_path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * (1 if sys.platform == "darwin" else 1024) < 500 * 2**20


_NRRD = b"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 8 6\nencoding: raw\n\n"
CUT: dict[str, Callable[[], bytes]] = {
    "png": png,
    "jpg": lambda: encoded("JPEG"),
    "tif": lambda: encoded("TIFF"),
    "bmp": lambda: encoded("BMP"),
    "npy": lambda: npy(GRAY),
    "nii": lambda: gzip.decompress(gzip_bomb())[: 352 + 64],
    "nrrd": lambda: _NRRD + bytes(GRAY),
    "dcm": lambda: written(image_of(DEEP)),
}


def encoded(format: str) -> bytes:
    """Bytes of a file in a format of Pillow's."""
    file = io.BytesIO()
    PillowImage.fromarray(GRAY).save(file, format)
    return file.getvalue()


@pytest.mark.parametrize("suffix", CUT)
def test_a_file_cut_at_every_offset_is_refused_or_whole(suffix: str) -> None:
    """No cut gives a part of an image, and each refusal is one line."""
    whole = CUT[suffix]()
    right = read_bytes(whole, name=f"x.{suffix}").pixels
    messages = []
    for end in range(len(whole)):
        try:
            pixels = read_bytes(whole[:end], name=f"x.{suffix}").pixels
        except InputError as error:
            messages.append(str(error))
        else:
            np.testing.assert_array_equal(pixels, right)
    assert len(messages) > len(whole) - 20
    assert all(text.startswith(f"x.{suffix}: ") and text.isprintable() for text in messages)


def test_an_npz_cut_at_every_offset_is_refused(tmp_path: Path) -> None:
    """An archive has its list at the end, so that no cut is read."""
    whole = archive(images=npy(np.stack([GRAY, GRAY])), labels=npy(np.arange(2)))
    path = tmp_path / "x.npz"
    for end in range(0, len(whole), 3):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"x\.npz: "):
            datasets.load(path)


ROWS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty": (of("empty.png", b""), "DAMAGED"),
    "cut": (of("cut.png", png()[:-20]), "DAMAGED"),
    "random": (of("random.png", NOISE), "NO-IMAGE"),
    "text": (of("text.png", b"name,age\n"), "NO-IMAGE"),
    "giant": (of("giant.png", giant_png()), "TOO-LARGE"),
    "short": (lambda folder: dicom(folder / "short.dcm", PixelData=bytes(9)), "DAMAGED"),
    "objects": (of("objects.npy", DICTIONARY), "UNUSABLE"),
    "missing": (lambda folder: folder / "missing.png", "FILE-MISSING"),
}


def test_a_bad_file_is_one_row_with_a_code_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Of a batch with bad files of each kind, the good ones are measured as if alone."""
    good = [of(f"good{i}.png", png(GRAY + i))(tmp_path) for i in range(2)]
    bad = [make(tmp_path) for make, _ in ROWS.values()]
    table = tables.extract_table([good[0], *bad, good[1]], families="intensity")
    alone = tables.extract_table(good, families="intensity")
    assert list(table.codes) == ["", *(code for _, code in ROWS.values()), ""]
    assert all(path.name in error for path, error in zip(bad, table.errors[1:-1], strict=True))
    np.testing.assert_array_equal(table.values[[0, -1]], alone.values)
    assert np.isnan(table.values[1:-1]).all()


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    """A write that fails, for its pixels or its disk, leaves neither the file nor a piece of it."""
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError):
        write(out / "x.png", np.zeros((3, 3)) * np.nan)
    with pytest.raises(InputError):
        write(out / "x.gif", GRAY)
    assert list(out.iterdir()) == []
