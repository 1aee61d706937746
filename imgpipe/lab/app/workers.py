"""Threads that work for clients: one piece at a time, of each client the newest only."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """A piece of work, which may look whether it is still wanted.

    Parameters
    ----------
    who : hashable
        Who asked for it.
    do : callable
        Takes the work itself.
    stale : threading.Event
        Set when somebody asked anew, left, or the worker ends.
    """

    who: Hashable
    do: Callable[["Work"], None]
    stale: threading.Event = field(default_factory=threading.Event)


class Worker:
    """A thread that does what is asked, in turn; a newer wish of a client replaces its older one.

    Parameters
    ----------
    name : str
    failed : callable
        Takes the exception of work that raised one.

    Examples
    --------
    >>> from imgpipe.lab.app.workers import Worker
    >>> done = []
    >>> worker = Worker("an example", failed=print)
    >>> worker.ask("me", lambda work: done.append("first"))
    >>> worker.end(seconds=5)
    True
    """

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._changed = threading.Condition()
        self._waiting: dict[Hashable, Work] = {}
        self._now: Work | None = None
        self._ends = False
        # a daemon: a loop that takes long does not hold the program back when it ends
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self, who: Hashable, do: Callable[[Work], None]) -> None:
        """Put work into the queue; what the same client waits for is dropped."""
        with self._changed:
            if self._ends:
                return
            self._outdate(who)
            self._waiting[who] = Work(who, do)  # in the place of the older
            self._changed.notify()

    def forget(self, who: Hashable) -> None:
        """Drop what a client waits for, and let it know who is at work for it."""
        with self._changed:
            self._outdate(who)
            self._waiting.pop(who, None)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        with self._changed:
            return self._now is None and not self._waiting

    def end(self, seconds: float) -> bool:
        """Let the thread end; tell whether it did in time."""
        with self._changed:
            self._ends = True
            self._waiting.clear()
            if self._now is not None:
                self._now.stale.set()
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _outdate(self, who: Hashable) -> None:
        if self._now is not None and self._now.who == who:
            self._now.stale.set()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work.do(work)
            except Exception as error:
                self._failed(error)

    def _next(self) -> Work | None:
        with self._changed:
            self._now = None
            while not self._waiting and not self._ends:
                self._changed.wait()
            if self._ends:
                return None
            self._now = self._waiting.pop(next(iter(self._waiting)))
            return self._now
