"""The pictures of a run: small arrays in an .npz file, which may be anybody's."""

import io
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from imgpipe._common import InputError, shown

NAME = "pictures.npz"
_SIDE = 4096  # pixels; ours have some hundred
_MOST = 512 * 2**20  # bytes in all


def save_pictures(pictures: Mapping[str, np.ndarray], folder: Path) -> None:
    """Write pictures and maps; no file where there are none."""
    if pictures:
        arrays = {name: np.ascontiguousarray(array) for name, array in pictures.items()}
        np.savez_compressed(folder / NAME, allow_pickle=False, **arrays)


def load_pictures(path: Path) -> dict[str, np.ndarray]:
    """Read pictures (uint8) and maps (floats) after a look at how large they say they are.

    Raises
    ------
    InputError
        Where the file holds anything else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MOST:
                raise _wrong(path, f"holds more than {_MOST // 2**20} MB")
            return {
                os.path.splitext(member.filename)[0]: _array(
                    path, member.filename, archive.read(member)
                )
                for member in members
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise _wrong(path, "is damaged, or no .npz file") from None


def _array(path: Path, name: str, content: bytes) -> np.ndarray:
    """Decode one array; what its header says is believed only where the bytes agree."""
    store = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(store)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(store)
    except (ValueError, KeyError):
        raise _wrong(path, f"{name} is no array") from None
    coloured = dtype == np.uint8 and len(shape) == 3 and shape[2] == 3
    if dtype.hasobject or dtype not in (np.uint8, np.float32, np.float64):
        raise _wrong(path, f"{name} holds {dtype}, which is no picture")
    if not (len(shape) == 2 or coloured) or not all(0 < side <= _SIDE for side in shape):
        raise _wrong(path, f"{name} has the shape {shape}, which is no picture's")
    body = content[store.tell() :]
    if fortran or len(body) != int(np.prod(shape)) * dtype.itemsize:
        raise _wrong(path, f"{name} is not as long as it says")
    array = np.frombuffer(body, dtype).reshape(shape)
    if not np.isfinite(array).all():
        raise _wrong(path, f"{name} holds what is no number")
    return array


def _wrong(path: Path, what: str) -> InputError:
    return InputError(f"{shown(path)}: {what}")
