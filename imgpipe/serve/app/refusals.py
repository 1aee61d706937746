"""What a request is answered with that gets no prediction."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class Refused(Exception):
    """A request, or one of its files, that is not served.

    Parameters
    ----------
    status : int
        Of HTTP.
    message : str
        One sentence, for the one who asked.
    headers : dict of str to str
        To send with it.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})


class Gone(Exception):
    """The client left: there is nobody to answer."""


def busy(message: str, status: int = 429, seconds: int = 1) -> Refused:
    """Ask to come again later."""
    return Refused(status, message, {"Retry-After": str(seconds)})


def error_response(refused: Refused) -> JSONResponse:
    """The answer to a request that is refused."""
    return JSONResponse({"error": refused.message}, refused.status, refused.headers)
