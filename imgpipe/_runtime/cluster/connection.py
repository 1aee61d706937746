"""A client of a Dask scheduler, once all is found that would spoil the numbers later."""

import logging
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from imgpipe._common import InputError

PATIENCE = 10.0  # seconds for a scheduler to answer
_LONGEST_GREETING = 2**20  # bytes
_WAIT_FOR_WORKERS = 30.0  # those of a queue may take a moment
_LOGGERS = ("distributed", "distributed.client", "distributed.comm", "tornado.application")
# what numbers depend on; of Python the minor version, which pickles depend on
_SAME = ("imgpipe", "numpy", "numba", "scipy", "scikit-learn", "joblib", "distributed")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give a client, checked, and close it."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise InputError(
            f"--backend dask needs {error.name}, which is not installed: pip install "
            '"imgpipe[dask]"'
        ) from None
    _check_address(address)
    with _quiet():
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False, name="imgpipe")
        except (OSError, TimeoutError, ValueError) as error:
            raise _unanswered(address, error) from None
        try:
            _wait_for_workers(client, address)
            _check_versions(client)
            yield client
        finally:
            client.close(timeout=PATIENCE)


def _check_address(address: str) -> None:
    """Refuse, in a moment, what cannot be a scheduler: Dask's client tries for half a minute."""
    try:
        parts = urlsplit(address)
        kind, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        kind, host, port = "", None, None
    if kind not in ("tcp", "tls") or host is None or port is None:
        raise InputError(
            f"--scheduler is {address!r}; give the address that `dask scheduler` prints, "
            "tcp://HOST:8786 for one"
        )
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as line:
            # a scheduler speaks first, with the length of what it says
            spoken = line.recv(8) if kind == "tcp" else b""
    except OSError as error:
        raise _unanswered(address, error) from None
    if kind == "tcp" and not 0 < int.from_bytes(spoken, "little") < _LONGEST_GREETING:
        raise _unanswered(address, ValueError("what listens there is no Dask scheduler"))


def _unanswered(address: str, error: Exception) -> InputError:
    text = (str(error) or type(error).__name__).splitlines()[0].strip()
    return InputError(
        f"no Dask scheduler answers at {address} ({text}); start one with `dask scheduler`, and "
        "give the address that it prints"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Dask logs of lost connections off the terminal: it is said as an error here."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            # versions are looked at below
            warnings.filterwarnings("ignore", category=UserWarning, module="distributed")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _wait_for_workers(client: Any, address: str) -> None:
    """Wait for one worker; a task asks for it, which starts some of a cluster that adapts."""
    if client.ncores():
        return
    waiting = client.submit(int, pure=False)
    try:
        waiting.result(timeout=_WAIT_FOR_WORKERS)
    except TimeoutError:
        raise InputError(
            f"the scheduler at {address} has no workers after {_WAIT_FOR_WORKERS:g} s; start some "
            f"with: dask worker {address} --nworkers N --nthreads 1"
        ) from None


def _check_versions(client: Any) -> None:
    """Refuse workers whose Python or packages are others than here."""
    told = client.get_versions(packages=list(_SAME))
    here = _versions(told["client"])
    differing: dict[str, list[str]] = {}
    for worker, facts in told["workers"].items():
        there = _versions(facts)
        for name, version in here.items():
            if there.get(name) != version:
                found = f"{there.get(name) or 'none'} on {worker}"
                differing.setdefault(f"{name} {version} here", []).append(found)
    if differing:
        text = "; ".join(f"{name}, {', '.join(found[:3])}" for name, found in differing.items())
        raise InputError(
            f"workers have other versions than this machine, and would give other numbers: {text}; "
            "install the same on all"
        )


def _versions(facts: Mapping[str, Any]) -> dict[str, str | None]:
    """Versions that count of one process."""
    packages = facts["packages"]
    python = ".".join(packages["python"].split(".")[:2])
    return {"Python": python, **{name: packages.get(name) for name in _SAME}}
