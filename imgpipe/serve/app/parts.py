"""Files of a form (``multipart/form-data``), in memory: nothing that was sent touches a disk."""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from imgpipe.serve.app.refusals import Refused

_FIELD = b"file"


def boundary_of(content_type: str) -> bytes | None:
    """Give the boundary of a form; None for a body that is no form.

    Raises
    ------
    Refused
        With status 400 for a form without a boundary.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        return None
    boundary = options.get(b"boundary")
    if not boundary:
        raise Refused(400, "the form has no boundary in its Content-Type")
    return boundary


class Parts:
    """Takes a form piece by piece; `end` gives its files.

    Parameters
    ----------
    boundary : bytes
    most : int
        Files that there may be.
    """

    def __init__(self, boundary: bytes, most: int) -> None:
        self._most = most
        self._files: list[tuple[str | None, bytearray]] = []
        self._header, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header,
                    "on_headers_finished": self._on_headers,
                    "on_part_data": self._on_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise _malformed(error) from None

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _malformed(error) from None

    def end(self) -> list[tuple[str | None, bytes]]:
        """Give names and contents of the files, in order."""
        if not self._ended:
            raise Refused(400, "the form ends before its last boundary")
        if not self._files:
            raise Refused(400, "the form holds no file; send images in fields called file")
        return [(name, bytes(content)) for name, content in self._files]

    def _begin(self) -> None:
        if len(self._files) == self._most:
            raise Refused(413, f"more than {self._most} files in one request")
        self._disposition = b""

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        field = options.get(b"name", b"")
        if field != _FIELD:
            told = field.decode("utf-8", "replace")[:40]
            raise Refused(400, f"a field of the form is called {told!r}; send files as file")
        name = options.get(b"filename")
        called = name.decode("utf-8", "replace")[-200:] if name else None
        self._files.append((called, bytearray()))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._files[-1][1].extend(memoryview(data)[start:end])

    def _on_end(self) -> None:
        self._ended = True


def _malformed(error: Exception) -> Refused:
    return Refused(400, f"the form cannot be read: {error}")
