"""Progress: a bar on a terminal for work of over a second; elsewhere, if asked, lines."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from importlib.util import find_spec
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")

_PATIENCE = 1.0  # seconds of work before a bar appears
_LINES = 5.0  # seconds between lines


def track(
    items: Iterable[T],
    description: str | Callable[[], str],
    total: int | None = None,
    *,
    lines: bool = False,
) -> Iterator[T]:
    """Yield `items` unchanged, with a bar on standard error if that is a terminal.

    A callable `description` is asked anew for each item. Elsewhere, `lines` asks for a line now
    and then.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield from _with_lines(items, description, total) if lines else items
        return
    bar = None
    start = time.monotonic()
    try:
        for done, item in enumerate(items):
            if bar is None and time.monotonic() - start > _PATIENCE:
                bar = _Bar(_words(description), total, done)
            yield item
            if bar is not None:
                bar.advance(_words(description))
    finally:
        if bar is not None:
            bar.close()


def _with_lines(
    items: Iterable[T], description: str | Callable[[], str], total: int | None
) -> Iterator[T]:
    last = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - last > _LINES:
            last = time.monotonic()
            of_all = "" if total is None else f" of {total}"
            print(f"{_words(description)}: {done}{of_all}", file=sys.stderr, flush=True)


def _words(description: str | Callable[[], str]) -> str:
    return description if isinstance(description, str) else description()


class _Bar:
    """A rich progress bar that is imported and shown only when work turns out to be long.

    A bar inside another one, such as epochs inside folds, is a second line of the same display.
    """

    _shown: ClassVar[Any] = None

    def __init__(self, description: str, total: int | None, done: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._outer = _Bar._shown is None
        if self._outer:
            _Bar._shown = Progress(console=Console(stderr=True), transient=True)
            _Bar._shown.start()
        self._progress = _Bar._shown
        self._task = self._progress.add_task(description, total=total, completed=done)
        self._progress.refresh()

    def advance(self, description: str) -> None:
        self._progress.update(self._task, description=description, advance=1)

    def close(self) -> None:
        if self._outer:
            self._progress.stop()
            _Bar._shown = None
        else:
            self._progress.remove_task(self._task)
