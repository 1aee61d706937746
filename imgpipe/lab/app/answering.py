"""From a request to its answers: what a worker does for a client."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import counted, say
from imgpipe.images import Image
from imgpipe.lab.app import messages
from imgpipe.lab.app.display import Range, range_of, shown
from imgpipe.lab.app.messages import Head, Picture, Request
from imgpipe.lab.app.outlines import outline_of
from imgpipe.lab.app.preview import preview_of
from imgpipe.lab.app.sources import Origin, Source, Sources
from imgpipe.lab.app.workers import Work
from imgpipe.lab.chain import Chain, Made, Memo
from imgpipe.report.languages import speaking, tell
from imgpipe.serve.app.places import where

_DIFFERENCES = ("gradient", "white_tophat", "black_tophat")
_NOTHING = 1e-6
_FRAME_SECONDS = 0.04
_SLOW = 0.2  # seconds of measuring, from which on the picture does not wait for it
_PAUSE = 0.06  # seconds after a preview, in which a slider that still moves asks anew
_WATCHED_SECONDS = 3.0  # as long quick contours are held back, to be seen; then they run
Send = Callable[[Head, Sequence[Picture]], None]


@dataclass
class _Looked:
    """The image that a client looks at, and what is kept while it does."""

    name: str
    slice: int | None
    image: Image
    usual: Range
    memo: Memo


class Desk:
    """Answers the requests of one client; what it needs again it keeps.

    Parameters
    ----------
    sources : Sources
    note : callable
        Takes a line for the log.
    """

    def __init__(self, sources: Sources, note: Callable[[str], None]) -> None:
        self._sources, self._note = sources, note
        self._looked: _Looked | None = None
        self._measures_slowly = True  # loops may have to be compiled for it
        self._took: dict[tuple[str, int], float] = {}

    def answer(self, request: Request, work: Work, send: Send) -> Any:
        """Send the contours, and the result or the reason why there is none."""
        begun = time.perf_counter()
        with speaking(request.lang):
            try:
                return self._answer(request, work, send, begun)
            except InputError as error:
                send(messages.refusal(request.seq, error), ())
            except MemoryError:
                told = say("this image is too large for that step and the memory of this machine")
                send(messages.refused(request.seq, tell(told)), ())
            except Exception as error:
                self._note(f"a bug in imgpipe: {where(error)}")
                told = say("a bug in imgpipe: the log of the lab says where")
                send(messages.refused(request.seq, tell(told)), ())
        return None

    def _answer(self, request: Request, work: Work, send: Send, begun: float) -> Any:
        chain = Chain.of(request.filters, request.segment)
        source = self._sources.named(request.source)
        looked = self._look(source, request.slice)
        watched = request.watch and chain.evolves
        first = Chain(chain.filters) if watched else chain
        if _preview(first, looked, request.seq, send, begun) and work.stale.wait(_PAUSE):
            return None
        if watched:
            _evolve(chain, looked, request.seq, work, send)
            if work.stale.is_set():
                return None
        made = chain.apply(looked.image, looked.memo)
        head, picture = _drawn(made, looked, own_range(chain))
        head["seq"] = request.seq
        if self._measures_slowly and not watched:
            send(head | {"kind": "picture"}, (picture,))
            if work.stale.is_set():
                return None
        head |= {"kind": "result", "numbers": self._measured(made)}
        head |= _written(source.origin_of(request.slice), chain, looked.image.channel_axis)
        head["ms"] = round(1e3 * (time.perf_counter() - begun), 2)
        send(head, (picture,))
        return made

    def _measured(self, made: Made) -> Any:
        from imgpipe.lab.numbers import measure

        begun = time.perf_counter()
        numbers = measure(made.image, made.mask)
        self._measures_slowly = time.perf_counter() - begun > _SLOW
        return numbers

    def _look(self, source: Source, index: int | None) -> _Looked:
        index = source.chosen(index)
        looked = self._looked
        if looked is None or (looked.name, looked.slice) != (source.name, index):
            image = source.image(index)
            memo = Memo(took=self._took)
            self._looked = looked = _Looked(source.name, index, image, range_of(image), memo)
        return looked


def _preview(chain: Chain, looked: _Looked, seq: int | None, send: Send, begun: float) -> bool:
    """Send a preview of what will take long; tell whether there is one."""
    found = preview_of(chain, looked.image, looked.memo)
    if found is None:
        return False
    seen = shown(found.image, looked.usual, own_range(chain))
    head: Head = {"kind": "preview", "seq": seq, "outline": found.outline}
    head["shape"] = list(found.image.spatial_shape)
    head["ms"] = round(1e3 * (time.perf_counter() - begun), 2)
    send(head, (seen.picture,))
    return True


def _drawn(made: Made, looked: _Looked, own: bool) -> tuple[Head, Picture]:
    seen = shown(made.image, looked.usual, own)
    notes = list(map(tell, made.notes))
    head: Head = {
        "shape": list(made.image.spatial_shape),
        "range": list(seen.range),
        "own": seen.own,
        "outline": None,
        "notes": notes,
    }
    if made.mask is not None:
        head["outline"], left = outline_of(made.mask if made.labels is None else made.labels)
        if left:
            told = counted(
                left, "{n} small outline is not drawn", "{n} small outlines are not drawn"
            )
            notes.append(tell(told))
    return head, seen.picture


def _written(origin: Origin, chain: Chain, channel_axis: int | None) -> Head:
    from imgpipe.lab.writing import commands_of, python_of

    return {
        "python": python_of(origin, chain, channel_axis=channel_axis),
        "commands": commands_of(origin, chain, given=origin.given),
    }


def own_range(chain: Chain) -> bool:
    """Tell whether filters give differences, which lie about zero, and not values of an image."""
    return any(_is_difference(step.name, step.settings) for step in chain.filters)


def _is_difference(name: str, settings: Mapping[str, Any]) -> bool:
    from imgpipe.kernels import DERIVATIVES

    if name in ("convolve", "correlate"):
        return abs(np.sum(settings.get("weights", 1.0))) < _NOTHING
    if name == "gaussian":
        return bool(np.any(settings.get("order", 0)))
    return name in DERIVATIVES or name in _DIFFERENCES


def _evolve(chain: Chain, looked: _Looked, seq: int | None, work: Work, send: Send) -> None:
    """Send contours, as many as an eye follows, until the last is found or nobody waits for it."""
    filtered = Chain(chain.filters).apply(looked.image, looked.memo).image
    pictures = [shown(filtered, looked.usual, own_range(chain)).picture]
    begun = due = time.perf_counter()
    for contour in chain.contours(looked.image, looked.memo):
        now = time.perf_counter()
        slowly = now < begun + _WATCHED_SECONDS
        if work.stale.wait(max(0.0, due - now) if slowly else 0):
            return
        if not slowly and now < due:
            continue
        due = time.perf_counter() + _FRAME_SECONDS
        state = {"iteration": contour.iteration, "energy": contour.energy}
        outline, _ = outline_of(contour.mask)
        send({"kind": "contour", "seq": seq, **state, "outline": outline}, pictures)
        pictures = []
