"""What is prepared while the page is open already: rooms are imported, loops compiled or loaded."""

from collections.abc import Callable, Iterator
from typing import Any

from imgpipe._common import InputError
from imgpipe.lab.app.workers import Work, Worker

Piece = Callable[[], None]
_WHO = "the start"
_PAUSE = 0.05  # seconds
_FIRST = "median"  # with which the page begins
_FIRST_MOVES = (5, 7, 9, 11, 13, 15)  # of its slider, each of which has a loop of its own


class Status:
    """How far the preparations are.

    Parameters
    ----------
    worker : Worker
        Of its own: what a page asks for, and needs none of what is compiled just now, goes on.
    first : Worker
        Which pages wait for: while it works nothing else is begun.
    tell : callable
        Takes the head of a message for all pages.
    """

    def __init__(
        self, worker: Worker, first: Worker, tell: Callable[[dict[str, Any]], None]
    ) -> None:
        self._worker, self._first, self._tell = worker, first, tell
        self._done, self._of = 0, 0
        self._ready = False

    def begin(self, prepare: bool = True) -> None:
        """Begin, or do without."""
        self._ready = not prepare
        if prepare:
            self._worker.ask(_WHO, self._plan)

    def head(self) -> dict[str, Any]:
        """Say how far they are."""
        state = "ready" if self._ready else "starting"
        return {"kind": "status", "state": state, "done": self._done, "of": self._of}

    def _plan(self, _: Work) -> None:
        found = list(pieces())
        self._of = len(found)
        self._next(iter(found))

    def _next(self, left: Iterator[Piece]) -> None:
        piece = next(left, None)
        self._ready = piece is None
        self._tell(self.head())
        if piece is None:
            return

        def do(work: Work) -> None:
            while not self._first.idle:
                if work.stale.wait(_PAUSE):
                    return
            piece()
            self._done += 1
            self._next(left)

        self._worker.ask(_WHO, do)


def pieces() -> Iterator[Piece]:
    """Give what is worth to be prepared: the first moves, then each step of the catalogue."""
    from imgpipe.lab.chain import Chain
    from imgpipe.lab.examples import EXAMPLES
    from imgpipe.lab.knobs import catalogue
    from imgpipe.lab.numbers import measure

    def tried(example: str, entry: dict[str, Any], **moved: Any) -> Piece:
        def piece() -> None:
            image = EXAMPLES[example].image()
            usual = {each["name"]: each["default"] for each in entry["settings"]}
            step = [entry["name"], usual | moved]
            segments = entry["group"] == "segmentation"
            try:
                made = Chain.of([], step) if segments else Chain.of([step])
                result = made.apply(image)
                measure(result.image, result.mask)
            except InputError:  # a step that another image would need
                return

        return piece

    entries = sorted(catalogue(), key=lambda entry: entry["name"] != _FIRST)
    yield tried("chest-ct", entries[0])
    for size in _FIRST_MOVES:
        yield tried("chest-ct", entries[0], size=size)
    for example in ("chest-ct", "chart"):
        for entry in entries:
            yield tried(example, entry)
