"""NIfTI files, written: .nii and .nii.gz."""

import gzip
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, needed_for, shown, suffix_of
from imgpipe.images.encoders.written import Written
from imgpipe.images.formats.affine import LPS_FROM_RAS

_LEVEL = 6  # of gzip: higher ones take much longer for little
_MOST_OF_VERSION_1 = 2**15 - 1


def write_nifti(scratch: Path, image: Written, path: Path) -> None:
    """Write voxels with sform and qform; the same bytes for the same image."""
    with needed_for(f"{shown(path)}: NIfTI"):
        from nibabel.nifti1 import Nifti1Header
        from nibabel.nifti2 import Nifti2Header
    pixels = image.pixels.astype(np.uint8) if image.pixels.dtype == bool else image.pixels
    shape = image.shape[::-1]
    header = (Nifti1Header if max(shape) <= _MOST_OF_VERSION_1 else Nifti2Header)(endianness="<")
    header.set_data_shape(shape)
    if image.colour:
        if pixels.dtype != np.uint8:
            raise InputError(
                f"{shown(path)}: NIfTI holds colours of uint8, not {pixels.dtype}; write to .nrrd "
                "or .tif, or convert first"
            )
        header.set_data_dtype(np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")]))
    elif pixels.dtype.itemsize > 8 or pixels.dtype == np.float16:
        raise InputError(
            f"{shown(path)}: NIfTI holds no {pixels.dtype}; write it as float32 or float64"
        )
    else:
        header.set_data_dtype(pixels.dtype)
    if image.spacing is not None:
        header["pixdim"][1 : len(shape) + 1] = image.spacing[::-1]
        header.set_xyzt_units("mm")
    affine = _affine(image)
    if affine is not None:
        header.set_sform(affine, code=1)
        header.set_qform(affine, code=1)
        # which writes lengths of its own
        header["pixdim"][1 : len(shape) + 1] = np.array(image.spacing)[::-1]
    start = header.sizeof_hdr + 4
    header["vox_offset"], header["scl_slope"], header["scl_inter"] = start, 1, 0
    content = header.binaryblock + bytes(4)
    voxels = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    with scratch.open("wb") as file:
        if suffix_of(path) == ".nii.gz":
            # without a name and a time, which are no part of the image
            with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
                packed.write(content)
                packed.write(voxels.data)
        else:
            file.write(content)
            file.write(voxels.data)


def _affine(image: Written) -> np.ndarray | None:
    """Matrix from indices (i, j, k) to millimetres towards right, front and head."""
    place, spacing = image.place, image.spacing
    if place is None or spacing is None:
        return None
    affine = np.eye(4)
    columns = (place.directions * np.array(spacing)[:, None])[::-1].T
    affine[:3, :3] = columns * LPS_FROM_RAS[:, None]
    affine[:3, 3] = place.origin * LPS_FROM_RAS
    return affine + 0.0
