"""A line on a terminal where loops are compiled, which takes long on a first start."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PATIENCE = 2.0  # seconds
TOLD = "compiling loops for this machine, once; later starts load them"


@contextmanager
def telling_of_compilation() -> Iterator[None]:
    """Say on standard error, if that is a terminal, that a start takes its time."""
    if not sys.stderr.isatty():
        yield
        return
    from numba.core import event

    told = False
    depth, begun, spent = 0, 0.0, 0.0

    def tell(change: int) -> None:
        nonlocal told, depth, begun, spent
        now = time.monotonic()
        if depth:
            spent += now - begun
        begun, depth = now, depth + change
        if spent > _PATIENCE and not told:
            told = True
            print(TOLD, file=sys.stderr, flush=True)

    class Listener(event.Listener):
        def on_start(self, _event: Any) -> None:
            tell(1)

        def on_end(self, _event: Any) -> None:
            tell(-1)

    with event.install_listener("numba:compile", Listener()):
        yield
