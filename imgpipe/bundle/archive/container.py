"""Members of a bundle in a zip, and what is refused before any of them is used."""

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from imgpipe._common import InputError

MOST_BYTES = 2**31
"""Of all members together, unpacked."""
_SIGNED = 64  # digits at the end of the file: SHA-256 of all bytes before
_DATE = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes


def packed(members: Mapping[str, bytes]) -> bytes:
    """Put members into one file, whose last bytes are the digest of those before."""
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
        archive.comment = b"0" * _SIGNED
    body = store.getvalue()[:-_SIGNED]
    return body + hashlib.sha256(body).hexdigest().encode()


def unpacked(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """Read the members of a file that is as `packed` made it.

    Raises
    ------
    InputError
        If it is no such file, or was changed since.
    """
    content = Path(path).read_bytes()
    body, digest = content[:-_SIGNED], content[-_SIGNED:]
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise InputError(f"{path}: damaged, or not a model written by imgpipe train")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}
