"""The one error for input that cannot be used, and the one interrupt that leaves a model."""

from typing import Any


class InputError(ValueError):
    """Input that cannot be used; the message says what was found and what would do.

    The command line prints it as one line and exits with code 2.
    """


class StoppedFit(KeyboardInterrupt):
    """An interrupt during a fit that left a usable model behind: `model`, fitted so far."""

    def __init__(self, message: str, model: Any) -> None:
        super().__init__(message)
        self.model = model
