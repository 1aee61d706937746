"""joblib's Dask backend, which waits for ever where a task comes back without a result.

joblib 1.6 calls a task's callback only where the task ended by itself. Where Dask gives it up,
since every worker that took it was killed, or since the scheduler is gone, `joblib.Parallel` never
hears of it. Here such a task ends as `Lost`.
"""

import asyncio
import time
from dataclasses import replace
from typing import Any

from joblib._dask import Batch, DaskDistributedBackend

from imgpipe._runtime.cluster.lost import Lost, LostTask
from imgpipe._runtime.cluster.worker import Expected, run

_LOOK_SECONDS = 2.0
WITHOUT_WORKERS = 60.0  # seconds after which a cluster is taken for gone


class ClusterBackend(DaskDistributedBackend):
    """As joblib's; tasks prepare their worker, and what was lost is told.

    Parameters
    ----------
    client : distributed.Client
    expected : Expected
        What is asked of each worker.
    tell : bool
        Give `Lost` in place of the result; else `LostTask` is raised.
    """

    def __init__(self, client: Any, expected: Expected, tell: bool = False):
        super().__init__(client=client)
        self.expected = expected
        self.tell = tell

    def __reduce__(self) -> Any:
        return DaskDistributedBackend, ()

    def get_nested_backend(self) -> Any:
        from joblib._parallel_backends import SequentialBackend

        return SequentialBackend(nesting_level=1), None

    def effective_n_jobs(self, n_jobs: int = 1) -> int:
        # joblib does the work of one worker itself, which would then end with what kills workers
        return max(2, super().effective_n_jobs(n_jobs))

    def start_call(self) -> None:
        super().start_call()
        self.client.loop.add_callback(self._watch)

    async def _to_func_args(self, func: Any) -> Any:
        _, tasks = await super()._to_func_args(func)
        return _Prepared(self.expected, tasks), tasks

    async def _collect(self) -> None:
        while self._continue:
            async for future, result in self.waiting_futures:
                waiting, callback = self._results.pop(future), self._callbacks.pop(future)
                if future.status != "finished":
                    result = replace(_why(result, future.status), tasks=callback.batch_size)
                waiting.set_result(result)
                callback(result)
            await asyncio.sleep(0.01)

    async def _watch(self) -> None:
        """End all that waits once there have been no workers for a while."""
        last = time.monotonic()
        while self._continue:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                known = await self.client.scheduler.identity()
            except (OSError, AttributeError):  # the scheduler is gone, which futures are told of
                known = {"workers": {}}
            now = time.monotonic()
            if known["workers"] or not self._callbacks:
                last = now
            elif now - last > WITHOUT_WORKERS:
                self._give_up()

    def _give_up(self) -> None:
        """Tell everything that waits that nobody is there to do it."""
        reason = f"the cluster has had no workers for {WITHOUT_WORKERS:g} s"
        for future, callback in list(self._callbacks.items()):
            waiting = self._results.pop(future, None)
            if self._callbacks.pop(future, None) is not None and waiting is not None:
                waiting.set_result(Lost(reason, again=False))
                callback(Lost(reason, again=False))

    def retrieve_result_callback(self, out: Any) -> Any:
        if not isinstance(out, Lost):
            return super().retrieve_result_callback(out)
        if self.tell and out.again:
            return [out] * out.tasks
        raise LostTask(out.reason)


class _Prepared(Batch):
    """A batch that asks its worker first."""

    def __init__(self, expected: Expected, tasks: Any) -> None:
        super().__init__(tasks)
        self._expected = expected

    def __call__(self, tasks: Any = None) -> list[Any]:
        return run(self._expected, tasks)


def _why(result: Any, status: str) -> Lost:
    """Put what Dask says of a task without a result into words."""
    from distributed import KilledWorker

    error = result[1] if isinstance(result, tuple) and len(result) == 3 else result
    if isinstance(error, KilledWorker):
        return Lost(
            f"each worker that took it was killed, {error.allowed_failures + 1} in all: by a "
            "memory limit most often; start workers with a larger --memory-limit",
            again=True,
        )
    if isinstance(error, ModuleNotFoundError):
        return Lost(f"a worker has no {error.name}: install imgpipe there", again=False)
    if status in ("cancelled", "lost"):
        return Lost("the scheduler is gone, and its tasks with it", again=False)
    return Lost(f"{type(error).__name__}: {error}", again=False)
