"""What the program shares with its process: its output and Ctrl-C."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


@contextmanager
def open_streams() -> Iterator[None]:
    """Let output go nowhere where the caller has closed its stream (``>&-``)."""
    before = sys.stdout, sys.stderr
    with ExitStack() as opened:
        # one each, which takes the place of the closed one: no table is to be opened there
        found = [
            opened.enter_context(open(os.devnull, "w", encoding="utf-8")) if one is None else one
            for one in before
        ]
        sys.stdout, sys.stderr = found
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


@contextmanager
def noting_interrupts() -> Iterator[Callable[[], bool]]:
    """Give what tells whether Ctrl-C came.

    Inside a callback of LLVM its exception is lost, and Numba fails on what was not compiled.
    """
    came: list[int] = []
    usual = signal.getsignal(signal.SIGINT)
    if (
        usual is not signal.default_int_handler
        or threading.current_thread() is not threading.main_thread()
    ):
        yield lambda: False
        return

    def note(number: int, frame: Any) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, usual)
