"""Images out of what was sent: a file, or the files of a series, which sort themselves."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from imgpipe._common import InputError
from imgpipe._common.texts import say
from imgpipe.images import Image, ImageFile, list_studies
from imgpipe.images.image import pixels_at_most
from imgpipe.images.read import read_bytes
from imgpipe.images.volume import read_volume
from imgpipe.serve.app.bodies import File


def read_sent(files: Sequence[File], most_pixels: int) -> tuple[Image, ImageFile]:
    """Read what was sent.

    Parameters
    ----------
    files : sequence of File
        One file of an image or volume, or the slices of a DICOM series.
    most_pixels : int
        That they may declare.

    Returns
    -------
    Image
        Of two axes, or a volume.
    ImageFile
        How a program reads the same from where the files lie.

    Raises
    ------
    InputError
        If they are no image, or no one series.
    """
    with pixels_at_most(most_pixels):
        if len(files) == 1:
            name = files[0].name or "the image"
            return read_bytes(files[0].content, name=name), ImageFile(name)
        return _series(files)


def _series(files: Sequence[File]) -> tuple[Image, ImageFile]:
    with tempfile.TemporaryDirectory(prefix="imgpipe-lab-") as folder:
        for index, file in enumerate(files):
            # names that were sent lead nowhere; their ends may tell what a file is
            suffix = "".join(c for c in Path(file.name or "").suffix[:8] if c.isalnum() or c == ".")
            Path(folder, f"{index:05}{suffix}").write_bytes(file.content)
        try:
            return _read(folder)
        except InputError as error:
            told = str(error).replace(folder + os.sep, "").removeprefix(f"{folder}: ")
            raise InputError(told.replace(folder, "the files")) from None


def _read(folder: str) -> tuple[Image, ImageFile]:
    found = [each for each in list_studies(folder) if each.series]
    if not found:
        raise InputError(
            say("several files that are no DICOM slices; open one file, or the slices of a series")
        )
    most = max(found, key=lambda each: each.frames)
    if most.frames == 1:
        raise InputError(say("each file is of another DICOM series; open one of them"))
    series = most.series if len(found) > 1 else None
    gaps = bool(most.gaps)
    image = read_volume(folder, series=series, allow_gaps=gaps)
    notes = image.warnings
    if len(found) > 1:
        told = say("{n} series were sent; this is the one with most images", n=len(found))
        notes = (told, *notes)
    image = replace(image, warnings=notes, id=None)
    return image, ImageFile("folder-of-the-series", series=series, allow_gaps=gaps)
