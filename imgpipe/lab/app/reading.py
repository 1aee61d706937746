"""Images out of what was sent: a file, or the files of a series, which sort themselves."""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from imgpipe._common import InputError
from imgpipe._common.texts import Text, say
from imgpipe.images import Image, ImageFile, list_studies
from imgpipe.images.image import pixels_at_most
from imgpipe.images.read import read_bytes
from imgpipe.images.volume import read_volume
from imgpipe.serve.app.bodies import File

_FOLDER = "folder/of/the/series"


class Read(NamedTuple):
    """What was sent.

    Parameters
    ----------
    title : str
    image : Image
        Of two axes, or a volume.
    file : ImageFile
        How a program reads the same from where the files lie.
    """

    title: Text | str
    image: Image
    file: ImageFile


def read_sent(files: Sequence[File], most_pixels: int, folder: str) -> Read:
    """Read what was sent.

    Parameters
    ----------
    files : sequence of File
        One file of an image or volume, or the slices of a DICOM series.
    most_pixels : int
        That they may declare.
    folder : str
        Where the slices lie until they are read.

    Returns
    -------
    Read

    Raises
    ------
    InputError
        If they are no image, or no one series.
    """
    with pixels_at_most(most_pixels):
        if len(files) == 1:
            name = files[0].name or "the image"
            return Read(name, read_bytes(files[0].content, name=name), ImageFile(name))
        with tempfile.TemporaryDirectory(dir=folder) as own:
            _write(files, Path(own))
            try:
                return _series(own)
            except InputError as error:
                told = str(error).replace(f"{own}{os.sep}", "").removeprefix(f"{own}: ")
                raise InputError(told.replace(own, "the files")) from None


def _write(files: Sequence[File], folder: Path) -> None:
    for place, file in enumerate(files):
        # names that were sent lead nowhere else
        name = re.sub(r"[^\w.-]", "_", (file.name or "").replace("\\", "/").rpartition("/")[2])
        path = folder / name[-80:]
        if not name.strip(".") or name.startswith(".") or path.exists():
            path = folder / f"{place:05}-{name[-80:]}"
        path.write_bytes(file.content)


def _series(folder: str) -> Read:
    found = [each for each in list_studies(folder) if each.series and each.frames]
    if not found:
        raise InputError(
            say("several files that are no DICOM slices; open one file, or the slices of a series")
        )
    largest = max(found, key=lambda each: each.frames)
    if largest.frames == 1:
        raise InputError(say("each file is of another DICOM series; open one of them"))
    series = largest.series if len(found) > 1 else None
    image, gaps = _volume(folder, series)
    notes = image.warnings
    if series is not None:
        told = say("{n} series were sent; this is the one with most images", n=len(found))
        notes = (told, *notes)
    title = say("DICOM series of {n} slices", n=len(image.pixels))
    file = ImageFile(_FOLDER, series=series, allow_gaps=gaps)
    return Read(title, replace(image, warnings=notes, id=None), file)


def _volume(folder: str, series: str | None) -> tuple[Image, bool]:
    """Read a volume; where slices are missing they are interpolated, which the image says."""
    try:
        return read_volume(folder, series=series), False
    except InputError:
        return read_volume(folder, series=series, allow_gaps=True), True
