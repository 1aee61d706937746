"""The one error for input that cannot be used, and the one interrupt that leaves a model."""

import errno
from typing import Any

from imgpipe._common.hidden import visible


class InputError(ValueError):
    """Input that cannot be used; the message says what was found and what would do.

    The command line prints it as one line and exits with code 2. Characters that nobody sees, which
    a message may quote from a file, are written as escapes.

    Parameters
    ----------
    message : str
    code : str, optional
        Of the reason, in the tables of `imgpipe.tables` and `imgpipe.bundle`: docs/batches.md.
    """

    code = "UNUSABLE"

    def __init__(self, *message: str, code: str | None = None) -> None:
        super().__init__(*map(visible, message))
        if code is not None:
            self.code = code


class ImageError(InputError):
    """One image of several that cannot be used.

    Parameters
    ----------
    reason : str
        What is wrong, with ``{image}`` where the image is named.
    index : int
        Position in what was given.
    argument : str
        Which argument that was: ``"X"``, ``"validation"``.
    name : str, optional
        What the message calls it; ``image <index>`` by default.
    """

    def __init__(
        self, reason: str, index: int = 0, argument: str = "X", name: str | None = None
    ) -> None:
        self.reason, self.index, self.argument = reason, index, argument
        self.name = f"image {index}" if name is None else name
        where = "" if argument == "X" or name is not None else f"{argument}: "
        super().__init__(where + reason.replace("{image}", self.name))

    def named(self, name: str) -> "ImageError":
        """Give the same error with the image called by its id, a path for instance."""
        error = ImageError(self.reason, self.index, self.argument, name)
        error.code = self.code
        return error

    def __reduce__(self) -> Any:
        own = None if self.name == f"image {self.index}" else self.name
        return ImageError, (self.reason, self.index, self.argument, own), {"code": self.code}


class StoppedFit(KeyboardInterrupt):
    """An interrupt during a fit that left a usable model behind: `model`, fitted so far.

    `features` are those that were measured for it, if any.
    """

    def __init__(self, message: str, model: Any, features: Any = None) -> None:
        super().__init__(message)
        self.model = model
        self.features = features


_OF_THE_SYSTEM = {
    errno.ENOENT: "FILE-MISSING",
    errno.ENOTDIR: "FILE-MISSING",
    errno.EACCES: "NO-PERMISSION",
    errno.EPERM: "NO-PERMISSION",
}


def code_of(error: Exception) -> str:
    """Give the code of the reason why an image cannot be used, for a table."""
    if isinstance(error, InputError):
        return error.code
    if isinstance(error, OSError):
        return _OF_THE_SYSTEM.get(error.errno or 0, "NOT-READABLE")
    return "UNUSABLE"
