"""Compressed content, unpacked no further than what is asked for."""

import bz2
import gzip
import io
import zlib

from imgpipe._common import InputError

GZIP = b"\x1f\x8b"
_AFTER = 1 << 20  # bytes behind those that were asked for, unpacked to reach the checksum


class Unpacked:
    """Bytes of compressed content, in order and a part at a time.

    What is unpacked is bounded by what is asked for, however much a few bytes would become.
    """

    def __init__(self, name: str, data: bytes, kind: str = "gzip") -> None:
        self._name, self._kind = name, kind
        content = io.BytesIO(data)
        self._file = bz2.BZ2File(content) if kind == "bzip2" else gzip.GzipFile(fileobj=content)

    def read(self, count: int) -> bytes:
        """The next bytes, fewer where the content ends."""
        try:
            return self._file.read(count)
        except (EOFError, OSError, ValueError, zlib.error) as error:
            raise self._damaged(error) from None

    def finish(self) -> None:
        """Check the checksum behind the last bytes."""
        left = _AFTER
        while left > 0 and (part := self.read(1 << 16)):
            left -= len(part)

    def _damaged(self, error: Exception) -> InputError:
        if isinstance(error, EOFError):
            return InputError(f"{self._name}: truncated: its {self._kind} data end early")
        return InputError(f"{self._name}: damaged: its {self._kind} data cannot be unpacked")


class Plain:
    """Bytes that are not compressed, asked for like those that are."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def read(self, count: int) -> memoryview:
        """The next bytes, fewer where the content ends."""
        part = self._data[self._at : self._at + count]
        self._at += len(part)
        return part

    def finish(self) -> None:
        """Nothing is left to check."""
