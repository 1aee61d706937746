"""What reading makes of each of pydicom's own files, beside what pydicom makes of it.

As a script it writes the page of that table: ``python dicom_table.py docs/dicom_files.md``.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pydicom
import pydicom.data
from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array

from imgpipe import InputError
from imgpipe.images import Image, read
from imgpipe.images.formats.errors import quiet

ROOT = Path(pydicom.data.__file__).parent
FOLDERS = ("test_files/dicomdirtests", "charset_files", "palettes")
# JPEG of 12 bits, for which pydicom itself has no decoder that is free of GPL code
ALONE = ("JPEG-lossy.dcm", "JPGExtended.dcm")
HEAD = """# Files of pydicom as imgpipe reads them

What `images.read` makes of each file that comes with pydicom {version}: "as pydicom" are the pixels
that pydicom gives, after rescale, modality look-up table, palette and inversion of MONOCHROME1;
frames may stand in another order, that of their positions. All others end in the reason that is
shown. `make docs` writes this page, and a test compares it.

| file | transfer syntax | what it becomes |
|---|---|---|
"""


class Outcome(NamedTuple):
    """A file, and what became of it."""

    name: str
    syntax: str
    told: str
    image: Image | None


def outcome(path: Path) -> Outcome:
    """Read a file, which gives an image or an InputError and nothing else."""
    name, syntax = path.relative_to(ROOT).as_posix(), ""
    try:
        with quiet():
            meta = pydicom.dcmread(path, stop_before_pixels=True).file_meta
        syntax = str(meta.TransferSyntaxUID.name)
    except Exception:
        pass
    try:
        image = read(path)
    except InputError as error:
        return Outcome(name, syntax, str(error).replace(f"{path}: ", "").replace("|", "/"), None)
    size = " x ".join(map(str, image.shape))
    unit = f" {image.unit}" if image.unit else ""
    verdict = "by libjpeg-turbo" if path.name in ALONE else "as pydicom"
    notes = "".join(f"; {note}" for note in image.warnings)
    return Outcome(name, syntax, f"{size} {image.pixels.dtype}{unit}, {verdict}{notes}", image)


def outcomes() -> list[Outcome]:
    """All files of pydicom that are on the disk, without its code."""
    paths = sorted(path for path in ROOT.rglob("*") if path.is_file())
    return [outcome(path) for path in paths if path.suffix not in (".py", ".pyc")]


def expected(path: Path) -> np.ndarray:
    """Pixels by pydicom, and the rules of PS3.3 that it leaves to its callers."""
    with quiet():
        dataset: Any = pydicom.dcmread(path, force=True)
        if not getattr(dataset.file_meta, "TransferSyntaxUID", None):
            dataset.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
        values = pixel_array(dataset)
        kind = str(dataset.PhotometricInterpretation)
        if kind == "PALETTE COLOR":
            return apply_color_lut(values, dataset)
        if dataset.SamplesPerPixel > 1:
            return values
        if kind == "MONOCHROME1":
            values = (1 << dataset.BitsStored) - 1 - values
        if "DoseGridScaling" in dataset:
            return values * float(dataset.DoseGridScaling)
        return apply_modality_lut(values, dataset)


def is_as_pydicom(image: Image, path: Path) -> bool:
    """Compare pixels, frames in either order, padding aside."""
    values = expected(path)
    if values.shape != image.shape:
        return False
    with quiet():
        padding = pydicom.dcmread(path, force=True).get("PixelPaddingValue")
    for one in (values, values[::-1]):
        off = ~np.isclose(image.pixels, one, rtol=1e-9, atol=1e-9)
        if not off.any():
            return True
        # padding takes the lowest value that is measured
        if padding is not None and (image.pixels[off] == image.pixels.min()).all():
            return True
    return False


def page() -> str:
    """Write a row for each file, and a count for those of whole folders."""
    rows: list[str] = []
    counts: Counter[tuple[str, str]] = Counter()
    for name, syntax, told, image in outcomes():
        folder = next((folder for folder in FOLDERS if name.startswith(folder)), None)
        if folder is None:
            rows.append(f"| {name.removeprefix('test_files/')} | {syntax} | {told} |")
        else:
            counts[folder, "as pydicom" if image is not None else told.partition(" (")[0]] += 1
    rows += [f"| {folder}: {n} | | {told} |" for (folder, told), n in sorted(counts.items())]
    return HEAD.format(version=pydicom.__version__) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
