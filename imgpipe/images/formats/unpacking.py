"""Compressed content, unpacked no further than what is asked for."""

import gzip
import io
import zlib

from imgpipe._common import InputError

GZIP = b"\x1f\x8b"
_AFTER = 1 << 20  # bytes behind those that were asked for, unpacked to reach the checksum


class Gunzip:
    """Bytes of gzip-compressed content, in order and a part at a time.

    What is unpacked is bounded by what is asked for, however much a few bytes would become.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self._name = name
        self._file = gzip.GzipFile(fileobj=io.BytesIO(data))

    def read(self, count: int) -> bytes:
        """The next bytes, fewer where the content ends."""
        try:
            return self._file.read(count)
        except (EOFError, OSError, zlib.error) as error:
            raise self._damaged(error) from None

    def finish(self) -> None:
        """Check the checksum behind the last bytes."""
        left = _AFTER
        while left > 0 and (part := self.read(1 << 16)):
            left -= len(part)

    def _damaged(self, error: Exception) -> InputError:
        if isinstance(error, EOFError):
            return InputError(f"{self._name}: truncated: its gzip data end early")
        return InputError(f"{self._name}: damaged: its gzip data cannot be unpacked")


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
