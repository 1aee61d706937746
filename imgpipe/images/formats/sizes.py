"""Size and spacing of image files by their headers, no pixel decoded."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from imgpipe._common import InputError, needed_for, shown
from imgpipe._common.paths import suffix_of
from imgpipe.images.formats.errors import quiet, reason

VOLUMES = (".nii", ".nii.gz", ".nrrd", ".nhdr")
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".npy")


class FileSize(NamedTuple):
    """What a header says, along the axes of the array."""

    size: tuple[int, ...]
    spacing: tuple[float, ...] | None = None


def size_of(path: Path) -> FileSize:
    """Size and spacing that a file of a volume or a picture declares."""
    suffix, name = suffix_of(path), shown(path)
    try:
        with quiet(), needed_for(name):
            if suffix in VOLUMES[:2]:
                return _nifti(path)
            if suffix in VOLUMES:
                return _nrrd(path)
            if suffix == ".npy":
                return FileSize(np.load(path, mmap_mode="r", allow_pickle=False).shape)
            return _picture(path)
    except InputError:
        raise
    except OSError as error:
        words = error.strerror or reason(error)
        raise InputError(f"{name}: its header cannot be read: {words}") from None
    except Exception as error:
        raise InputError(f"{name}: its header cannot be read: {reason(error)}") from None


def _nifti(path: Path) -> FileSize:
    import nibabel

    image: Any = nibabel.load(path)
    return FileSize(
        tuple(int(n) for n in image.shape[::-1]),
        tuple(float(str(mm)) for mm in image.header.get_zooms()[:3][::-1]),
    )


def _nrrd(path: Path) -> FileSize:
    import nrrd

    header = nrrd.read_header(str(path))
    size = tuple(int(n) for n in header["sizes"][::-1])
    steps = header.get("space directions")
    if steps is not None:
        mm = np.linalg.norm(np.asarray(steps, float), axis=-1)
    else:
        mm = np.asarray(header.get("spacings", []), float)
    mm = mm[np.isfinite(mm)][::-1]
    return FileSize(size, tuple(float(length) for length in mm) or None)


def _picture(path: Path) -> FileSize:
    from PIL import Image

    with Image.open(path) as image:
        pages = getattr(image, "n_frames", 1)
        plane = (image.height, image.width)
    return FileSize((pages, *plane) if pages > 1 else plane)
