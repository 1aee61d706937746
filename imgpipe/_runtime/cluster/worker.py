"""What runs in a worker before its first task: the same versions, the same files, one thread."""

import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from imgpipe._common import InputError

_met: set["Expected"] = set()
# a worker with several threads would mix up what is caught of warnings, and share its one core
_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Expected:
    """What a worker must have in common with the machine that asks.

    Parameters
    ----------
    host : str
        Name of the asking machine.
    version : str
        Of imgpipe.
    folder : str
        Working folder there, from which relative paths start.
    file : str
        A file that is to be measured; empty where there is none.
    size : int
        Its bytes.
    """

    host: str
    version: str
    folder: str
    file: str = ""
    size: int = 0


def prepare(expected: Expected) -> None:
    """Set up this process, once; raise where it could not give the same numbers.

    A worker that joins late, or comes back after a kill, is asked as well.
    """
    if expected in _met:
        return
    import imgpipe

    here = socket.gethostname()
    if imgpipe.__version__ != expected.version:
        raise InputError(
            f"the worker on {here} has imgpipe {imgpipe.__version__}, and this machine "
            f"{expected.version}: install one version on all"
        )
    found = seen(expected.file)
    if expected.file and found != expected.size:
        raise InputError(unseen(expected, [f"{here} ({'none' if found is None else found})"]))
    os.environ["IMGPIPE_THREADS"] = "1"
    _own_code_folder(here, expected.host)
    _met.add(expected)


def seen(path: str) -> int | None:
    """Bytes of a file, or of what a folder lists; None where there is none."""
    try:
        return len(os.listdir(path)) if os.path.isdir(path) else os.stat(path).st_size
    except OSError:
        return None


def unseen(expected: Expected, where: Iterable[str]) -> str:
    """Say which workers do not find the file as it is here."""
    return (
        f"workers do not find {expected.file} as it is on {expected.host}: {', '.join(where)}; "
        "put the images into a folder that all machines share, under one path, and name them by "
        "that path"
    )


def _own_code_folder(here: str, asking: str) -> None:
    """Keep compiled code by machine: a home folder may be shared by all, and its locks slow."""
    from imgpipe._common import numba_cache_dir

    if here != asking and "NUMBA_CACHE_DIR" not in os.environ:
        os.environ["NUMBA_CACHE_DIR"] = str(numba_cache_dir() / here)


def run(expected: Expected, tasks: Iterable[tuple[Callable[..., Any], Any, Any]]) -> list[Any]:
    """Run tasks one after the other, in one thread, without workers of their own."""
    import joblib

    with _one_at_a_time, _in_folder(expected.folder):
        prepare(expected)
        with joblib.parallel_config(backend="sequential"):
            return [do(*args, **named) for do, args, named in tasks]


@contextmanager
def _in_folder(folder: str) -> Iterator[None]:
    """Let relative paths mean what they mean there; a folder that is not here has no such files."""
    before = os.getcwd()
    with suppress(OSError):
        os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
