"""Arrays in an NPZ file, and the stacks of images among them."""

import math
import os
import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe.datasets.annotations.spelling import some
from imgpipe.images.formats.npy import read_npy_header

ZIP_TROUBLE = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


class Archive:
    """Arrays of an NPZ file by key; sizes are checked against the header before reading."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.name = shown(path)
        self.read: set[str] = set()  # keys whose arrays were asked for
        self._headers: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
        try:
            with zipfile.ZipFile(path) as file:
                members = [info.filename for info in file.infolist()]
        except FileNotFoundError:
            raise InputError(f"{self.name}: no such file") from None
        except ZIP_TROUBLE as error:
            reason = getattr(error, "strerror", None) or "not an NPZ file, or cut short"
            raise InputError(f"{self.name}: {reason}") from None
        self.keys = [name.removesuffix(".npy") for name in members if name.endswith(".npy")]
        if not self.keys:
            raise InputError(f"{self.name}: an archive without arrays")

    def __contains__(self, key: str) -> bool:
        return key in self.keys

    def __getitem__(self, key: str) -> np.ndarray:
        self.read.add(key)
        shape, dtype = self.header(key)
        self.check_room([key])
        try:
            with zipfile.ZipFile(self.path) as file, file.open(f"{key}.npy") as member:
                array = np.lib.format.read_array(member, allow_pickle=False)
                # the checksum is compared only at the end of the member
                member.read(1)
        except (*ZIP_TROUBLE, MemoryError) as error:
            raise InputError(f"{self.name}: {key!r} is damaged or cut short: {error}") from None
        return array.astype(dtype.newbyteorder("="), copy=False).reshape(shape)

    def header(self, key: str) -> tuple[tuple[int, ...], np.dtype]:
        """Read the declared shape and dtype, which must agree with the archive's own list."""
        if key not in self._headers:
            what = f"{self.name}: {key!r}"
            try:
                with zipfile.ZipFile(self.path) as file:
                    info = file.getinfo(f"{key}.npy")
                    with file.open(info) as member:
                        shape, dtype = _header(what, member)
                        start = member.tell()
            except InputError:
                raise
            except (*ZIP_TROUBLE, KeyError) as error:
                raise InputError(f"{what} is damaged or cut short: {error}") from None
            declared = start + math.prod(shape) * dtype.itemsize
            if declared != info.file_size:
                raise InputError(
                    f"{what} declares {declared} bytes, but the archive holds {info.file_size}"
                )
            self._headers[key] = (shape, dtype)
        return self._headers[key]

    def shape(self, key: str) -> tuple[int, ...] | None:
        """Read the declared shape; None where there is no such key."""
        return self.header(key)[0] if key in self else None

    def row(self, key: str, n: int) -> np.ndarray:
        """Read an array with one entry for each of the `n` images."""
        if key not in self:
            raise InputError(f"{self.name}: no key {key!r} among {some(self.keys, 8)}")
        shape = self.header(key)[0]
        if not shape or shape[0] != n:
            raise InputError(f"{self.name}: {n} images but {key!r} has the shape {shape}")
        return self[key]

    def check_room(self, keys: list[str]) -> None:
        """Refuse arrays that would not fit in the memory that is free."""
        try:
            import psutil
        except ModuleNotFoundError:  # small installations: unpacking tells when memory ends
            return
        needed = sum(math.prod(s) * d.itemsize for s, d in map(self.header, keys))
        free = psutil.virtual_memory().available
        if needed > 0.8 * free:
            raise InputError(
                f"{self.name}: {some(keys)}: needs {needed / 1e9:.1f} GB unpacked, "
                f"and {free / 1e9:.1f} GB of memory are free"
            )


def _header(what: str, member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    shape, _, dtype = read_npy_header(what, member)  # type: ignore[arg-type]
    return shape, dtype


def stack(archive: Archive, key: str) -> tuple[np.ndarray, int | None]:
    """Images as ``(n, ...)`` and their channel axis."""
    shape, dtype = archive.header(key)
    what = f"{archive.name}: {key!r}"
    if not 3 <= len(shape) <= 5 or min(shape) < 1:
        raise InputError(f"{what} has the shape {shape}; a stack of images is (n, rows, columns)")
    if dtype.kind not in "buif" or dtype.itemsize > 8:
        raise InputError(f"{what} has the dtype {dtype}; bool, integers and floats are read")
    images = archive[key]
    if dtype == np.float16:
        images = images.astype(np.float32)
    if len(shape) > 3 and shape[-1] == 1:
        return images[..., 0], None
    if len(shape) > 3 and shape[-1] == 3:
        return images, -1
    if len(shape) == 4 and shape[-1] in (2, 4):
        raise InputError(f"{what} has {shape[-1]} channels; 1 (gray) or 3 (RGB) are read")
    if len(shape) == 5:
        raise InputError(f"{what} has the shape {shape}; a colour volume ends in 3 channels")
    return images, None
