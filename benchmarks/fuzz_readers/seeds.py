"""Sound files that the fuzzer changes: small, of each format, depth and compression."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import nibabel
import numpy as np
import tifffile
from PIL import Image

from benchmarks.fuzz_readers.mutations import Seed
from benchmarks.fuzz_readers.seeds_dicom import dicom_seeds

RAMP = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
COLOUR = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)
VOLUME = np.arange(60, dtype=np.int16).reshape(3, 4, 5)

REFUSED = {"UN_sequence.dcm", "semicolons.csv", "series.nii", "wide.csv"}
"""Whole files that are refused: several images or none, or another way to write a table."""


def write_seeds(folder: Path) -> list[str]:
    """Write the files, and those that others need beside them; give their names."""
    names = []
    for seed in _seeds():
        (folder / f"{seed.kind}__{seed.name}").write_bytes(seed.content)
        names.append(seed.name)
    return names


def read_seeds(folder: Path) -> list[Seed]:
    """The files that `write_seeds` wrote."""
    return [
        Seed(path.name.partition("__")[2], path.name.partition("__")[0], path.read_bytes())
        for path in sorted(folder.iterdir())
    ]


def _seeds() -> Iterator[Seed]:
    for kind, several in (
        ("png", _pngs()),
        ("jpeg", _jpegs()),
        ("bmp", _bmps()),
        ("tiff", _tiffs()),
        ("npy", _npys()),
        ("nifti", _niftis()),
        ("nrrd", _nrrds()),
        ("npz", _npzs()),
        ("table", _tables()),
    ):
        yield from (Seed(name, kind, content) for name, content in several)
    yield from dicom_seeds()


def _saved(image: Image.Image, format: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


def _pngs() -> Iterator[tuple[str, bytes]]:
    for mode in ("1", "L", "LA", "RGB", "RGBA", "P"):
        image = Image.fromarray(COLOUR).convert(mode)
        yield f"{mode}.png", _saved(image, "PNG")
    yield "bits.png", _saved(Image.fromarray(RAMP // 64).convert("P"), "PNG", bits=2)
    yield "key.png", _saved(Image.fromarray(RAMP), "PNG", transparency=0)
    yield "gray16.png", _saved(Image.fromarray(RAMP.astype(np.uint16) * 257), "PNG")
    deep = cv2.imencode(".png", COLOUR.astype(np.uint16) * 257)[1]
    yield "colour16.png", deep.tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "turned.png", _saved(Image.fromarray(RAMP), "PNG", exif=exif)


def _jpegs() -> Iterator[tuple[str, bytes]]:
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "x"
    big = Image.fromarray(np.kron(COLOUR, np.ones((3, 3, 1), np.uint8)))
    yield "gray.jpg", _saved(big.convert("L"), "JPEG")
    yield "colour.jpg", _saved(big, "JPEG", exif=exif)
    yield "cmyk.jpg", _saved(big.convert("CMYK"), "JPEG")
    yield "progressive.jpg", _saved(big, "JPEG", progressive=True, comment=b"x")
    yield "restart.jpg", _saved(big, "JPEG", restart_marker_blocks=1, subsampling=2)


def _bmps() -> Iterator[tuple[str, bytes]]:
    for mode in ("1", "L", "RGB", "P"):
        yield f"{mode}.bmp", _saved(Image.fromarray(COLOUR).convert(mode), "BMP")


def _tiffs() -> Iterator[tuple[str, bytes]]:
    rgb = {"photometric": "rgb"}
    large = np.kron(RAMP, np.ones((4, 4), np.uint8))
    settings: dict[str, tuple[np.ndarray, dict[str, object]]] = {
        "gray": (RAMP, {}),
        "colour": (COLOUR, rgb),
        "float": (RAMP.astype(np.float32), {"compression": "zlib", "predictor": True}),
        "big-endian": (RAMP.astype(np.uint16), {"byteorder": ">"}),
        "big": (RAMP, {"bigtiff": True}),
        "lzw": (RAMP, {"compression": "lzw", "rowsperstrip": 2}),
        "packbits": (RAMP, {"compression": "packbits"}),
        "jpeg": (large, {"compression": "jpeg", "tile": (16, 16)}),
        "tiles": (np.dstack([large] * 3), rgb | {"tile": (16, 16)}),
        "pages": (VOLUME, {"photometric": "minisblack"}),
        "planar": (np.moveaxis(COLOUR, -1, 0).copy(), rgb | {"planarconfig": "separate"}),
        "alpha": (np.dstack([COLOUR, RAMP]), rgb | {"extrasamples": ["unassalpha"]}),
        "white": (RAMP, {"photometric": "miniswhite"}),
        "imagej": (VOLUME.astype(np.uint16), {"imagej": True, "metadata": {"axes": "ZYX"}}),
        "ome": (VOLUME, {"ome": True, "metadata": {"axes": "ZYX", "UUID": "urn:uuid:0"}}),
    }  # fmt: skip
    for name, (pixels, how) in settings.items():
        file = io.BytesIO()
        tifffile.imwrite(file, pixels, **how)
        yield f"{name}.tif", file.getvalue()
    bits = _saved(Image.fromarray(RAMP > 100), "TIFF", compression="group4")
    yield "group4.tif", bits


def _npys() -> Iterator[tuple[str, bytes]]:
    for name, array in {
        "u1": RAMP,
        "f2": RAMP.astype(np.float16),
        "big-endian": VOLUME.astype(">f8"),
        "fortran": np.asfortranarray(VOLUME),
        "colour": COLOUR,
        "bool": RAMP > 100,
    }.items():
        file = io.BytesIO()
        np.save(file, array)
        yield f"{name}.npy", file.getvalue()


def _niftis() -> Iterator[tuple[str, bytes]]:
    affine = np.array([[-2.0, 0, 0, 10], [0, 1.5, 0.5, 3], [0, -0.5, 1.5, 7], [0, 0, 0, 1]])
    for name, array, kind in (
        ("i2", VOLUME, nibabel.Nifti1Image),
        ("f4", VOLUME.astype(np.float32), nibabel.Nifti1Image),
        ("u1-2", VOLUME.astype(np.uint8), nibabel.Nifti2Image),
        ("slice", VOLUME[:1].astype(np.int32), nibabel.Nifti1Image),
        ("series", np.stack([VOLUME, VOLUME], -1), nibabel.Nifti1Image),
    ):
        image = kind(array, affine)
        image.header.set_xyzt_units("mm")
        image.header["scl_slope"], image.header["scl_inter"] = 2.0, -5.0
        yield f"{name}.nii", image.to_bytes()
    yield "packed.nii.gz", gzip.compress(nibabel.Nifti1Image(VOLUME, affine).to_bytes(), mtime=0)
    big = nibabel.Nifti1Header(endianness=">")
    big.set_data_dtype(np.int16)
    yield "big-endian.nii", nibabel.Nifti1Image(VOLUME, affine, big).to_bytes()


def _nrrds() -> Iterator[tuple[str, bytes]]:
    head = (
        "NRRD0005\n# a comment\ntype: {kind}\ndimension: 3\nspace: left-posterior-superior\n"
        "sizes: 5 4 3\nspace directions: (0.5,0,0) (0,0.6,0) (0,0,2)\nkinds: domain domain domain\n"
        "endian: {endian}\nencoding: {encoding}\nspace origin: (1,-2,3)\nkey:=value\n\n"
    )
    for name, kind, endian, encoding, data in (
        ("raw", "short", "little", "raw", VOLUME.tobytes()),
        ("packed", "short", "big", "gzip", gzip.compress(VOLUME.astype(">i2").tobytes(), mtime=0)),
        ("text", "short", "little", "ascii", " ".join(map(str, VOLUME.ravel())).encode()),
        ("float", "float", "little", "raw", VOLUME.astype("<f4").tobytes()),
    ):
        header = head.format(kind=kind, endian=endian, encoding=encoding)
        yield f"{name}.nrrd", header.encode() + data


def _npzs() -> Iterator[tuple[str, bytes]]:
    images = np.stack([RAMP] * 4)
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as file:
            for key, array in (("images", images), ("labels", np.array([0, 1, 0, 1])),
                               ("masks", images > 50)):  # fmt: skip
                member = io.BytesIO()
                np.save(member, array)
                file.writestr(zipfile.ZipInfo(f"{key}.npy"), member.getvalue())
        yield f"{name}.npz", packed.getvalue()


def _tables() -> Iterator[tuple[str, bytes]]:
    rows = [
        "path,label,group,split,age",
        *(f"{i}.png,{i % 2},P{i},train,{40 + i}" for i in range(4)),
    ]
    yield "commas.csv", "\n".join(rows).encode()
    text = "\r\n".join(row.replace(",", ";") for row in rows)
    yield "semicolons.csv", b"\xef\xbb\xbf" + text.encode()
    yield "quotes.csv", b'path,label\n"a,b.png","x ""y"""\n"c\nd.png",z\n'
    yield "wide.csv", "path\tlabel\na.png\t1\n".encode("utf-16")
