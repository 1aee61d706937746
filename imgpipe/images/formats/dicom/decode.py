"""Single DICOM files by pydicom: one image, or a volume of frames."""

from dataclasses import replace
from typing import Any

import numpy as np

from imgpipe.images.formats.dicom.elements import parse
from imgpipe.images.formats.dicom.frames import stacking
from imgpipe.images.formats.dicom.pixels import (
    is_colour,
    is_lossy,
    is_palette,
    palette_of,
    shape_of,
    stored,
)
from imgpipe.images.formats.dicom.recommended import scaled, unit_of, windows_of
from imgpipe.images.formats.dicom.suv import uptake_of
from imgpipe.images.formats.dicom.values import filled, measured
from imgpipe.images.formats.errors import reading_dicom
from imgpipe.images.formats.samples import Samples
from imgpipe.images.image import settle


def decode_dicom(name: str, data: bytes) -> Samples:
    """Image or volume from the bytes of a DICOM file."""
    with reading_dicom(name):
        dataset = parse(data)
        shape_of(name, dataset)
        if is_colour(name, dataset) or is_palette(name, dataset):
            return _samples(name, dataset, stored(name, dataset), True)
        samples = _samples(name, dataset, filled(*measured(name, dataset)), False)
        frames = len(samples.values) if samples.values.ndim == 3 else 1
        windows, notes = windows_of(name, dataset, frames)
        unit = unit_of(name, dataset, frames)
        if (uptake := uptake_of(name, dataset)) is not None:
            unit, windows = uptake.unit, scaled(windows, uptake.factor)
            notes += [uptake.note] if uptake.note else []
        return replace(samples, windows=windows, unit=unit, warnings=(*samples.warnings, *notes))


def decode_stored(name: str, data: bytes) -> Samples:
    """Stored values of a DICOM file, as labels are: not rescaled, indices and not their colours."""
    with reading_dicom(name):
        dataset = parse(data)
        pixels = stored(name, dataset, colours=False)
        samples = _samples(name, dataset, pixels, is_colour(name, dataset))
        if not is_palette(name, dataset):
            return samples
        return replace(samples, palette=palette_of(dataset, pixels.dtype), lossy=False)


def _samples(name: str, dataset: Any, pixels: np.ndarray, colour: bool) -> Samples:
    """Frames in spatial order, and their spacing."""
    frames = len(pixels) if pixels.ndim - colour == 3 else 1
    order, spacing, notes, place = stacking(name, dataset, frames)
    if order != sorted(order):
        pixels = pixels[order]
    lossy = is_lossy(name, dataset)
    return Samples(
        settle(name, pixels), colour, lossy=lossy, spacing=spacing, warnings=notes, place=place
    )
