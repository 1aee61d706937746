"""Faults of a source: each stops who reads it, unless a check collects them and goes on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from imgpipe._common.errors import InputError
from imgpipe._common.texts import Text


@dataclass(frozen=True)
class Fault:
    """What is wrong with a source, under the code of the check that tells it."""

    code: str
    message: Text
    ids: tuple[str, ...] = ()


_COLLECTED: ContextVar[list[Fault] | None] = ContextVar("collected", default=None)


def fault(code: str, message: Text, ids: Iterable[object] = ()) -> None:
    """Stop with an `InputError`, or note the fault where faults are collected."""
    collected = _COLLECTED.get()
    if collected is None:
        raise InputError(message)
    found = Fault(code, message, tuple(map(str, ids)))
    if found not in collected:
        collected.append(found)


@contextmanager
def collecting() -> Iterator[list[Fault]]:
    """Gather faults in place of stopping at the first, as far as one can go on."""
    found: list[Fault] = []
    token = _COLLECTED.set(found)
    try:
        yield found
    finally:
        _COLLECTED.reset(token)
