"""Where tasks run: in this process and its workers, or on the machines of a Dask cluster."""

import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from imgpipe._common import InputError
from imgpipe._runtime.cluster.worker import Expected, seen, unseen
from imgpipe._runtime.workers import in_chunks, in_chunks_whoever_dies

BACKENDS = ("dask",)
_active: ContextVar["Cluster | None"] = ContextVar("imgpipe_cluster", default=None)


@dataclass(eq=False)
class Cluster:
    """A Dask cluster that answers, with workers of the same versions as here.

    Parameters
    ----------
    client : distributed.Client
    address : str
        Of its scheduler.
    expected : Expected
        What is asked of each worker before its first task.
    """

    client: Any
    address: str
    expected: Expected

    def workers(self) -> int:
        """Tasks that run at once."""
        return sum(self.client.ncores().values())

    def must_see(self, path: str) -> None:
        """Refuse workers that do not find a file of ours, also those that join later."""
        path = os.path.abspath(path)
        size = seen(path)
        if size is None:
            return  # what is missing here as well is told of as on one machine
        self.expected = replace(self.expected, file=path, size=size)
        found = self.client.run(seen, path)
        others = [
            f"{worker} ({size})" for worker, size in found.items() if size != self.expected.size
        ]
        if others:
            raise InputError(unseen(self.expected, others[:3]))

    def share(self, item: Any) -> Any:
        """Send something to every worker once; tasks that hold the future given get it."""
        return self.client.scatter(item, broadcast=True, hash=False)

    def backend(self, *, tell: bool = False) -> Any:
        """Give a backend for joblib; with `tell`, a task that was lost gives `Lost`."""
        from imgpipe._runtime.cluster.joblib_backend import ClusterBackend

        return ClusterBackend(self.client, self.expected, tell)


@contextmanager
def on_backend(name: str | None, scheduler: str | None) -> Iterator[Cluster | None]:
    """Let what runs inside use another backend than this machine's own.

    Parameters
    ----------
    name : {"dask"} or None
        None is this machine.
    scheduler : str or None
        Address of a Dask scheduler.

    Yields
    ------
    Cluster or None
    """
    if name is None:
        yield None
        return
    import imgpipe
    from imgpipe._runtime.cluster.connection import connected

    if name not in BACKENDS or scheduler is None:
        raise InputError(
            f"backend is {name!r}; dask with the address of a scheduler is what there is"
        )
    with connected(scheduler) as client:
        expected = Expected(socket.gethostname(), imgpipe.__version__, os.getcwd())
        cluster = Cluster(client, scheduler, expected)
        token = _active.set(cluster)
        try:
            yield cluster
        finally:
            _active.reset(token)


def active() -> Cluster | None:
    """Cluster that was chosen by `on_backend` around this call."""
    return _active.get()


def must_see(paths: Iterable[str]) -> None:
    """Refuse a cluster whose workers do not find the first of these files, where one was chosen."""
    cluster = active()
    if cluster is not None:
        for path in islice(paths, 1):
            cluster.must_see(path)


def parallel_config() -> AbstractContextManager[Any]:
    """Let `joblib.Parallel` use the cluster that was chosen, where one was."""
    cluster = active()
    if cluster is None:
        return nullcontext()
    import joblib

    return joblib.parallel_config(backend=cluster.backend())


def in_order(
    function: Callable[[Any], Any],
    tasks: Iterable[Any],
    *,
    n_jobs: int | None = None,
    parts: Callable[[Any], list[Any]] = lambda task: [task],
    lost: Callable[[Any, str], Any] | None = None,
) -> Iterator[Any]:
    """Give the results of all tasks in their order, some of which are computed ahead.

    Parameters
    ----------
    function : callable
        Of one task; a function of a module.
    tasks : iterable
        Read as workers become free: they should carry paths, not pixels.
    n_jobs : int, optional
        As joblib has it; None is 1, or all workers of a cluster.
    parts : callable, optional
        Cuts a task whose workers were killed into smaller ones, each of which gives a result. They
        are done one at a time: Dask blames a kill on all that waited at that worker.
    lost : callable, optional
        Gives the result of such a part whose workers were killed again, from it and the reason.
        Without it `LostTask` is raised.

    Yields
    ------
    object
    """
    cluster = active()
    if cluster is None:
        if lost is None:
            yield from in_chunks(function, tasks, n_jobs)
        else:
            yield from in_chunks_whoever_dies(function, tasks, n_jobs, parts, lost)
        return
    sent: deque[Any] = deque()

    def noted() -> Iterator[Any]:
        for task in tasks:
            sent.append(task)
            yield task

    backend = cluster.backend(tell=lost is not None)
    for result in _called(function, noted(), n_jobs, backend):
        task = sent.popleft()
        reason = _reason_of(result)
        if reason is None:
            yield result
            continue
        assert lost is not None
        for piece in parts(task):
            (told,) = _called(function, [piece], n_jobs, cluster.backend(tell=True))
            reason = _reason_of(told)
            yield told if reason is None else lost(piece, reason)


def _called(
    function: Callable[[Any], Any], tasks: Iterable[Any], n_jobs: int | None, backend: Any
) -> Iterator[Any]:
    """Call `function` in parallel on a cluster."""
    import joblib

    job = joblib.delayed(function)
    with joblib.parallel_config(backend=backend):
        # tasks of a moment are sent together, by joblib's rule, and are there before the last ends
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator", pre_dispatch="4*n_jobs")
    yield from parallel(job(task) for task in tasks)


def _reason_of(result: Any) -> str | None:
    from imgpipe._runtime.cluster.lost import Lost

    return result.reason if isinstance(result, Lost) else None
