"""The processes that predict: kept alive, asked one at a time, ended when they take too long."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from imgpipe._common import InputError
from imgpipe.bundle.archive.container import content_of
from imgpipe.bundle.archive.refusing import refusing
from imgpipe.serve.app import frames
from imgpipe.serve.app.refusals import busy
from imgpipe.serve.app.settings import Settings

# with the folders of this process, and not the one that it happens to be in
_CODE = "import sys; sys.path[:] = {path!r}; from imgpipe.serve.app.worker import main; main()"
_SLOWER = {"explain": 4, "page": 4}
"""Times the seconds of a prediction."""
_LONGEST_PAUSE = 10.0  # seconds between starts that fail
_POOLS = ("OPENBLAS", "OMP", "MKL")


class Workers:
    """Processes that hold the model of a file.

    Parameters
    ----------
    path : path-like
        Of a bundle. It is read once: what happens to the file later changes nothing.
    settings : Settings
    tell : callable
        Takes a line for the log.

    Raises
    ------
    InputError
        If there is no such file, or it is no bundle.
    """

    def __init__(
        self, path: str | os.PathLike[str], settings: Settings, tell: Callable[[str], None]
    ) -> None:
        if Path(path).suffix.lower() != ".imgpipe":
            raise InputError(
                f"{os.fspath(path)}: a server opens .imgpipe files; imgpipe train --out "
                "model.imgpipe writes one"
            )
        with refusing(path):
            self._content = content_of(path)
        self._path, self._settings, self._tell = os.fspath(path), settings, tell
        self._idle: asyncio.Queue[_Process] = asyncio.Queue()
        self._keepers: list[asyncio.Task[None]] = []
        self._processes: set[_Process] = set()
        self._placed = 0
        self.facts: frames.Head = {}
        self.restarts = 0

    @property
    def alive(self) -> int:
        """Processes that are up."""
        return len(self._processes)

    @property
    def waiting(self) -> int:
        """Requests that have a place: waiting, or being worked on."""
        return self._placed

    async def start(self) -> None:
        """Open the model in a first process; the others follow in the background.

        Raises
        ------
        InputError
            If the file of the model cannot be used.
        """
        first = await _Process.started(self._path, self._content, self._settings)
        self.facts = first.facts
        self._keepers = [
            asyncio.create_task(self._keep(first if slot == 0 else None))
            for slot in range(self._settings.workers)
        ]
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """End all processes."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for process in tuple(self._processes):
            await process.end()
        self._processes.clear()

    def kill(self) -> None:
        """End all processes at once, from a signal handler."""
        for process in tuple(self._processes):
            process.kill()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place in the queue for a request.

        Raises
        ------
        Refused
            With status 429 where there is none.
        """
        if self.full:
            raise busy("more requests are waiting than the server takes; try again in a moment")
        self._placed += 1
        try:
            yield
        finally:
            self._placed -= 1

    @property
    def full(self) -> bool:
        """Whether there is no place."""
        return self._placed >= self._settings.queue + self._settings.workers

    async def ask(self, do: str, body: bytes = b"", **given: object) -> frames.Frame:
        """Let a process do something with a file.

        Raises
        ------
        Refused
            With status 503 if none was free in time, or it ended over this; 504 if it took longer
            than it may.
        """
        process = await self._free()
        # who no longer waits leaves the work, and the process comes back when it is done
        return await asyncio.shield(
            asyncio.create_task(self._exchange(process, {"do": do, "with": given}, body))
        )

    async def _free(self) -> "_Process":
        try:
            async with asyncio.timeout(self._settings.seconds):
                while (process := await self._idle.get()).ended:
                    pass
        except TimeoutError:
            told = "no process was free in time to look at the image; try again in a moment"
            raise busy(told, 503, 5) from None
        return process

    async def _exchange(self, process: "_Process", head: frames.Head, body: bytes) -> frames.Frame:
        """Ask a process, and put it back; one that is late or ends is not."""
        seconds = self._settings.seconds * _SLOWER.get(head["do"], 1)
        try:
            async with asyncio.timeout(seconds):
                answer = await process.ask(head, body)
        except TimeoutError:
            process.kill()
            self._tell(f"a prediction took longer than {seconds:g} s: its process was ended")
            raise busy(f"the prediction took longer than {seconds:g} s", 504, 1) from None
        except (EOFError, OSError):
            process.kill()
            raise busy("the process that looked at the image ended; try again", 503) from None
        if not answer[0].get("ends"):
            self._idle.put_nowait(process)
        return answer

    async def _keep(self, process: "_Process | None") -> None:
        """Keep one process up, and start another when it ends."""
        pause = 0.1
        while True:
            try:
                if process is None:
                    process = await _Process.started(self._path, self._content, self._settings)
            except (InputError, OSError, RuntimeError) as error:
                self._tell(f"a process cannot be started: {error}")
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            pause = 0.1
            self._processes.add(process)
            self._idle.put_nowait(process)
            how = await process.wait()
            self._processes.discard(process)
            self.restarts += 1
            self._tell(f"a process ended ({how}); another one is started")
            process = None


class _Process:
    """One worker, with the model open."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.facts: frames.Head = {}

    @classmethod
    async def started(cls, path: str, content: bytes, settings: Settings) -> "_Process":
        """Start a process and let it open the model."""
        threads = str(settings.threads)
        environ = {f"{name}_NUM_THREADS": threads for name in _POOLS}
        one = cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", _CODE.format(path=sys.path),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={"IMGPIPE_THREADS": threads, **environ, **os.environ},
            )
        )  # fmt: skip
        told = {"path": path, "pixels": settings.most_pixels, "memory": settings.worker_memory}
        try:
            one.facts, _ = await one.ask(told, content)
        except (EOFError, OSError):
            raise InputError(f"{path}: the process that opened it ended") from None
        except BaseException:
            one.kill()
            raise
        if "refused" in one.facts:
            await one.wait()
            kind = RuntimeError if one.facts["bug"] else InputError
            raise kind(one.facts["refused"])
        return one

    async def ask(self, head: frames.Head, body: bytes) -> frames.Frame:
        """Write a frame and wait for its answer."""
        told, answers = self._process.stdin, self._process.stdout
        assert told is not None
        assert answers is not None
        await frames.send(told, head, body)
        return await frames.receive(answers)

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.returncode is not None

    async def wait(self) -> str:
        """Wait for its end, and say how it ended."""
        code = await self._process.wait()
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Let it go: it ends when nobody asks any more."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(1):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
