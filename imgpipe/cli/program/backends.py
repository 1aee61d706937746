"""`--backend` and `--scheduler`: the machines of a Dask cluster in place of this one's workers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from imgpipe._common import InputError
from imgpipe.cli.program import options as _options

_Verb = Callable[..., Any]


def options(verb: _Verb) -> _Verb:
    """Add ``--backend`` and ``--scheduler``."""
    for add in (
        click.option(
            "--scheduler", metavar="ADDRESS", help="Of a Dask scheduler: tcp://HOST:8786."
        ),
        click.option(
            "--backend", type=click.Choice(["dask"]),
            help="Work on the machines of a Dask cluster, which see the same files.",
        ),
    ):  # fmt: skip
        verb = add(verb)
    return verb


def workers(
    backend: str | None, scheduler: str | None, jobs: int | None, alone: int | None = None
) -> int | None:
    """Refuse options that do not fit; give the number of workers, None where the cluster says.

    Without any of the options there are as many as CPUs, or as `alone` says.
    """
    if backend is None and scheduler is not None:
        raise InputError("--scheduler goes with --backend dask")
    if backend is None:
        return _options.worker_count(jobs or alone)
    if scheduler is None:
        raise InputError(
            "--backend dask needs --scheduler ADDRESS, the one that `dask scheduler` prints"
        )
    if jobs is not None:
        raise InputError(
            "--jobs counts workers of this machine, and --backend dask uses all of the cluster; "
            "leave it out"
        )
    return None


@contextmanager
def chosen(backend: str | None, scheduler: str | None) -> Iterator[None]:
    """Run what the block does in many tasks on the backend that was chosen."""
    from imgpipe._runtime.backends import on_backend

    with on_backend(backend, scheduler):
        yield
