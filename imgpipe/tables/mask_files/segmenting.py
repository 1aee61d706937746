"""One image: its mask found, written, drawn over it, and counted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from imgpipe._common import InputError, MissingPackage
from imgpipe._common.reasons import NO_REASON, Reason
from imgpipe.datasets.naming import reason_of
from imgpipe.images import Image, Images, write, write_segmentation
from imgpipe.tables.mask_files.names import Named, is_dicom, suffix_for
from imgpipe.tables.mask_files.overlays import overlay

_MOST = {".png": np.iinfo(np.uint16).max}


class Labeller(Protocol):
    """Finds what is in an image, such as `imgpipe.segment.choosing.Finder`."""

    @property
    def name(self) -> str:
        """What files and messages call it."""
        ...

    def labels(self, image: Image) -> np.ndarray:
        """Give a mask of bool, or labels with 0 outside, of the image's shape."""
        ...


class Task(NamedTuple):
    """An image that is to be segmented, and where its files go."""

    images: Images
    named: Named
    by: Labeller
    out: Path
    overlays: Path | None
    format: str | None


@dataclass(frozen=True)
class MaskFile:
    """What was found in one image.

    `mask` is the path of its file, `overlay` that of the picture; both are None where `reason`
    says why there is no mask. `counts` holds pixels, area or volume in mm, and objects.
    """

    id: str
    named: Named
    mask: Path | None = None
    overlay: Path | None = None
    counts: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reason: Reason = NO_REASON


def segmented(task: Task) -> MaskFile:
    """Segment one image and write its files; one that cannot be used gets its reason."""
    name, named = task.images.ids[0], task.named
    try:
        image = task.images[0]
        found = np.asarray(task.by.labels(image))
        dicom = is_dicom(named.path)
        suffix = suffix_for(task.format, found.ndim, dicom)
        path = task.out / (named.stem + suffix)
        _write(path, found, image, task)
        drawn = None
        if task.overlays is not None:
            drawn = task.overlays / (named.stem + ".png")
            write(drawn, overlay(image, found), channel_axis=-1)
    except MissingPackage:
        raise  # which no other image would have
    except (InputError, OSError) as error:
        return MaskFile(name, named, reason=reason_of(name, error))
    notes = list(map(str, image.warnings))
    if image.mask is not None:
        notes.append("looked at inside its own mask only")
    if not found.any():
        notes.append("nothing found")
    counts = _counts(found, image, getattr(task.by, "objects", True))
    return MaskFile(name, named, path, drawn, counts, tuple(notes))


def _write(path: Path, found: np.ndarray, image: Image, task: Task) -> None:
    suffix = ".nii.gz" if path.name.endswith(".nii.gz") else path.suffix
    if suffix == ".dcm":
        stack = found if found.ndim == 3 else found[None]
        if not found.any():
            raise InputError(
                f"{task.by.name} finds nothing in it, and a DICOM segmentation without a segment "
                "cannot be written; choose --format nii.gz",
                code="EMPTY-MASK",
            )
        names = task.by.name if found.dtype == bool else None
        path.parent.mkdir(parents=True, exist_ok=True)
        write_segmentation(
            path, stack, task.named.path or "", names=names, algorithm=task.by.name,
            series=task.named.series,
        )  # fmt: skip
        return
    values = found
    if found.dtype != bool:
        largest = int(found.max(initial=0))
        if largest > _MOST.get(suffix, np.iinfo(np.int32).max):
            raise InputError(f"has {largest:,} objects, more than PNG numbers; write nii.gz")
        values = found.astype(np.uint16 if largest <= _MOST[".png"] else np.int32)
    if suffix == ".png":
        write(path, values)
        return
    place = image.place if image.spacing is not None else None
    write(path, values.astype(np.uint8) if values.dtype == bool else values,
          spacing=image.spacing, place=place)  # fmt: skip


def _counts(found: np.ndarray, image: Image, objects: bool) -> dict[str, float]:
    pixels = int(np.count_nonzero(found))
    counts: dict[str, float] = {"pixels": pixels}
    if image.spacing is not None:
        what = "area_mm2" if found.ndim == 2 else "volume_mm3"
        counts[what] = pixels * math.prod(image.spacing)
    if objects and found.dtype != bool:
        counts["objects"] = int(np.count_nonzero(np.unique(found)))
    return counts


def row_of(found: MaskFile, out: Path) -> dict[str, Any]:
    """Write a row of the table, whose paths are relative to its folder."""
    import os

    path = found.id if found.named.path is None else os.path.relpath(found.named.path, out)
    mask = "" if found.mask is None else os.path.relpath(found.mask, out)
    return {
        "path": path.replace(os.sep, "/"),
        "mask": mask.replace(os.sep, "/"),
        **({"series": found.named.series} if found.named.series else {}),
        **found.counts,
        "warnings": "; ".join(found.warnings),
        "error_code": found.reason.code,
        "error": found.reason.message,
    }
