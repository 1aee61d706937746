"""Telling whether rows of an earlier run belong to these images."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from imgpipe._common import InputError
from imgpipe.images import ImageFile, Images


def fingerprint(images: Images) -> str:
    """Hash ids, states of the files of images and masks, and pixels that are in no file."""
    digest = hashlib.sha256()
    known: dict[str, bytes] = {}  # slices of one volume ask for the same files
    for name, item in zip(images.ids, images.items, strict=True):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        if isinstance(item, ImageFile):
            if item.path not in known:
                known[item.path] = _states(_files(Path(item.path)))
            digest.update(known[item.path])
            digest.update(repr(item.region).encode() + _states(map(Path, item.masks)))
            if item.series is not None or item.allow_gaps:
                digest.update(repr((item.series, item.allow_gaps)).encode())
        elif not isinstance(item, InputError):
            digest.update(str((item.pixels.shape, item.pixels.dtype)).encode())
            digest.update(item.pixels.tobytes())
            digest.update(b"" if item.mask is None else item.mask.tobytes())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    """Give a file, or those of a folder; one that may not be looked into has none."""
    try:
        return sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError:
        return []


def _states(files: Iterable[Path]) -> bytes:
    """Name, size and time of each file that is there."""
    present = [(file, file.stat()) for file in files if file.exists()]
    return b"".join(
        os.fsencode(f.name) + f" {s.st_size} {s.st_mtime_ns},".encode() for f, s in present
    )
