"""Telling whether rows of an earlier run belong to these images."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from imgpipe._common import InputError
from imgpipe.datasets import ImageList


def fingerprint(images: ImageList) -> str:
    """Hash ids, states of the files of images and masks, and pixels that are in no file."""
    digest = hashlib.sha256()
    for name, item in zip(images.ids, images.items, strict=True):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        if isinstance(item, Path):
            digest.update(_states(sorted(item.iterdir()) if item.is_dir() else [item]))
        elif not isinstance(item, InputError):
            digest.update(str((item.pixels.shape, item.pixels.dtype)).encode())
            digest.update(item.pixels.tobytes())
    for place in images.masks:
        digest.update(repr(place and place[1]).encode() + _states([place[0]] if place else []))
    return digest.hexdigest()


def _states(files: Iterable[Path]) -> bytes:
    """Name, size and time of each file that is there."""
    present = [(file, file.stat()) for file in files if file.exists()]
    return b"".join(
        os.fsencode(f.name) + f" {s.st_size} {s.st_mtime_ns},".encode() for f, s in present
    )
