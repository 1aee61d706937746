"""What bounds the server."""

import os
import string
from dataclasses import dataclass

from imgpipe._common import InputError

SHORTEST_TOKEN = 16
_PRINTED = frozenset(string.ascii_letters + string.digits + string.punctuation)


@dataclass(frozen=True)
class Settings:
    """Bounds of the server, and what it asks of who calls it.

    Parameters
    ----------
    token : str, optional
        Asked for by every route but ``/health``; at least 16 printable ASCII characters.
    hosts : tuple of str, optional
        Names that the header ``Host`` may give, in lower case and without a port; any where None.
    jobs : int, optional
        Processes that predict; the CPUs allowed, two at most, by default.
    queue : int
        Requests that may wait for one of them; further ones get status 429.
    most_bytes : int
        Of the body of a request.
    most_pixels : int
        That an image may declare, frames included.
    seconds : float
        For the prediction of one file, and for waiting for a process that is free.
    body_seconds : float
        For a body to arrive.
    most_files : int
        In one request.

    Raises
    ------
    InputError
        For a token that is too short, and for numbers below one.
    """

    token: str | None = None
    hosts: tuple[str, ...] | None = None
    jobs: int | None = None
    queue: int = 64
    most_bytes: int = 32_000_000
    most_pixels: int = 2**25
    seconds: float = 30.0
    body_seconds: float = 30.0
    most_files: int = 64

    def __post_init__(self) -> None:
        if self.token is not None:
            _check_token(self.token)
        for name in ("jobs", "queue", "most_bytes", "most_pixels", "seconds", "body_seconds"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name} is {value}; give a number above 0")

    @property
    def workers(self) -> int:
        """Processes that predict."""
        return self.jobs or min(2, _cpus())

    @property
    def threads(self) -> int:
        """That each of them may use."""
        return max(1, _cpus() // self.workers)

    @property
    def held_bytes(self) -> int:
        """Of all bodies in memory at a time."""
        return max(4 * self.most_bytes, 256_000_000)

    @property
    def worker_memory(self) -> int:
        """Bytes that a process may take for an image, beyond what it has with the model."""
        return 2**30 + 64 * self.most_pixels


def _check_token(token: str) -> None:
    if len(token) < SHORTEST_TOKEN or not set(token) <= _PRINTED:
        raise InputError(
            f"the token has {len(token)} characters; give at least {SHORTEST_TOKEN} letters, "
            "digits or signs of ASCII, without blanks: openssl rand -hex 24"
        )


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
