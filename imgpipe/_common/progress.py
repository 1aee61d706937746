"""Progress: a bar on a terminal for work of over a second; elsewhere, if asked, lines."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from importlib.util import find_spec
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")

_PATIENCE = 1.0  # seconds of work before a bar appears
_LINES = 10.0  # seconds between lines
_COLUMNS = ("description", "fields[rate]", "fields[left]")


def track(
    items: Iterable[T],
    description: str | Callable[[], str],
    total: int | None = None,
    *,
    lines: bool = False,
    size: Callable[[T], int] | None = None,
    done: int = 0,
) -> Iterator[T]:
    """Yield `items` unchanged, with a bar on standard error if that is a terminal.

    A callable `description` is asked anew for each item. Elsewhere, `lines` asks for a line now
    and then. Both tell the rate and the time left. An item counts as many as its `size`; `done`
    were done before, and say nothing of the rate.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield from _with_lines(items, description, total, size, done) if lines else items
        return
    bar = None
    start = time.monotonic()
    first = done
    try:
        for item in items:
            seconds = time.monotonic() - start
            if bar is None and seconds > _PATIENCE:
                bar = _Bar(_words(description), total, done, _rate(done - first, seconds))
            yield item
            done += 1 if size is None else size(item)
            if bar is not None:
                seconds = time.monotonic() - start
                bar.advance(_words(description), done, _rate(done - first, seconds))
    finally:
        if bar is not None:
            bar.close()


def _with_lines(
    items: Iterable[T],
    description: str | Callable[[], str],
    total: int | None,
    size: Callable[[T], int] | None,
    done: int,
) -> Iterator[T]:
    start = last = time.monotonic()
    first = done
    for item in items:
        yield item
        done += 1 if size is None else size(item)
        now = time.monotonic()
        if now - last > _LINES and done != total:
            last = now
            of_all = "" if total is None else f" of {total}"
            rate = _rate(done - first, now - start)
            left = "" if total is None or not rate else f", {_span((total - done) / rate)} left"
            told = f"{_words(description)}: {done}{of_all}, {_per_second(rate)}{left}"
            print(told, file=sys.stderr, flush=True)


def _rate(done: int, seconds: float) -> float:
    return done / max(seconds, 1e-9)


def _per_second(rate: float) -> str:
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.2g}/s"


def _span(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _words(description: str | Callable[[], str]) -> str:
    return description if isinstance(description, str) else description()


class _Bar:
    """A rich progress bar that is imported and shown only when work turns out to be long.

    A bar inside another one, such as epochs inside folds, is a second line of the same display.
    """

    _shown: ClassVar[Any] = None

    def __init__(self, description: str, total: int | None, done: int, rate: float) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._outer = _Bar._shown is None
        if self._outer:
            words = [TextColumn(f"{{task.{name}}}") for name in _COLUMNS]
            told = [words[0], BarColumn(), MofNCompleteColumn(), *words[1:]]
            _Bar._shown = Progress(*told, console=Console(stderr=True), transient=True)
            _Bar._shown.start()
        self._progress, self._total = _Bar._shown, total
        self._task = self._progress.add_task(
            description, total=total, completed=done, **self._fields(done, rate)
        )
        self._progress.refresh()

    def advance(self, description: str, done: int, rate: float) -> None:
        self._progress.update(
            self._task, description=description, completed=done, **self._fields(done, rate)
        )

    def _fields(self, done: int, rate: float) -> dict[str, str]:
        """Rate and time left, by what was done here: rich takes what was done before for ours."""
        left = "" if self._total is None or not rate else _span((self._total - done) / rate)
        return {"rate": _per_second(rate) if rate else "", "left": f"{left} left" if left else ""}

    def close(self) -> None:
        if self._outer:
            self._progress.stop()
            _Bar._shown = None
        else:
            self._progress.remove_task(self._task)
