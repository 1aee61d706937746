"""What page and server say to one another through the WebSocket ``/live``.

The page writes requests, a JSON text each; fields but ``seq`` and ``source`` may be left out::

    {"seq": 17, "source": "chest-ct", "slice": null,
     "filters": [["median", {"size": 5}]], "segment": ["otsu", {}],
     "watch": true, "models": false, "where": [row, column], "lang": "en"}

``seq`` is a number that rises; an answer carries that of its request. A request that comes before
the last one has begun takes its place, and the older is never answered. ``watch`` asks for the
contours of an active contour while it moves, ``models`` for what models say of the image that the
filters made, where the patch that they take lies around ``where``.

The server writes binary messages: four bytes with the length of the head (big-endian), the head
in JSON, and the bytes of the pictures that it announces, one after another: ``"pictures":
[{"type": "image/jpeg", "bytes": 40123, "shape": [512, 512]}]``, the list empty where there is
none. By ``kind`` heads are

``picture``
    Before the result, where measuring takes long: that without ``numbers``, ``ms`` and code. A
    request that comes meanwhile is answered in place of measuring.
``preview``
    Comes before the result where that is expected to take long: ``shape``, ``outline`` and a
    picture, all about as they will be: what is slow was done on larger pixels; ``ms``.
    No numbers, and no code. The result follows, unless a newer request has come meanwhile.
``result``
    Answers each request that was begun and holds, but for one behind whose preview or picture a
    newer one came, and unless the page takes nothing for so long that newer messages push it out.
    ``ms`` that the server worked, ``shape`` of the image in pixels, ``range`` of values that are
    black and white in the picture and whether it is the picture's ``own`` or that of the untouched
    image, ``numbers`` (`imgpipe.lab.numbers`), ``outline`` of the mask: closed lines of
    ``[row, column]``, null without a segmentation, ``python`` and ``commands`` that give the same
    result, ``notes`` to read. One picture.
``contour``
    While an active contour moves: ``iteration``, ``energy``, ``outline``. The first brings the
    picture that it moves in. The result follows, unless a newer request comes.
``models``
    After the result, for a request with ``models``: ``answers``, as they come
    (`imgpipe.lab.models.Answer`, and ``accuracy``, a sentence), where ``map`` is the place of its
    picture or null: a PNG with transparency, to be laid over ``patch`` (its ``box``), which is
    ``[top, left, height, width]`` in pixels. A model that is still trained says so as
    ``refused``, with its ``state``, and answers later. ``last`` is true in the last.
``refused``
    A request that cannot be answered: ``error`` in one sentence, ``step`` that failed, counted
    from zero over filters and segmentation, or null; ``seq`` is null where that of the request
    could not be read.
``status``
    For all requests: ``state`` is ``"starting"`` while loops are compiled or loaded, with ``done``
    and ``of``, and ``"ready"`` afterwards.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from imgpipe._common import InputError
from imgpipe._common.texts import Text
from imgpipe.report.languages import LANGUAGES, tell

Head = dict[str, Any]
MOST_BYTES = 1 << 16
"""Of a request."""
_MOST_STEPS = 32
_MOST_SEQ = 2**53
_LENGTH = struct.Struct(">I")


class Picture(NamedTuple):
    """A picture as a file, and its size in pixels."""

    type: str
    content: bytes
    shape: tuple[int, int]


@dataclass(frozen=True)
class Request:
    """What the page asks for."""

    seq: int | None
    source: str
    slice: int | None = None
    filters: tuple[tuple[str, dict[str, Any]], ...] = ()
    segment: tuple[str, dict[str, Any]] | None = None
    watch: bool = False
    models: bool = False
    where: tuple[float, float] | None = None
    lang: str = "en"


def packed(head: Head, pictures: Sequence[Picture] = ()) -> bytes:
    r"""Write a message.

    Examples
    --------
    >>> from imgpipe.lab.app.messages import packed
    >>> packed({"kind": "status"})
    b'\x00\x00\x00"{"kind": "status", "pictures": []}'
    """
    announced = [
        {"type": each.type, "bytes": len(each.content), "shape": list(each.shape)}
        for each in pictures
    ]
    told = json.dumps({**head, "pictures": announced}, allow_nan=False).encode()
    return b"".join([_LENGTH.pack(len(told)), told, *(each.content for each in pictures)])


def seq_of(text: str) -> int | None:
    """Find the number of a request, which may be wrong in all else."""
    try:
        return _seq(decoded(text))
    except InputError:
        return None


def request_of(text: str) -> Request:
    """Read a request that came through the WebSocket.

    Raises
    ------
    InputError
        If it is no request; what steps say is not looked at.
    """
    told = decoded(text)
    return asked(told, _seq(told))


def decoded(text: str | bytes) -> Any:
    """Read JSON.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("a request is no JSON") from None


def asked(told: Any, seq: int | None = None) -> Request:
    """Take a request that was decoded.

    Raises
    ------
    InputError
        If a field is missing, unknown, or of another kind.
    """
    if not isinstance(told, dict):
        raise InputError("a request is a JSON object with seq and source")
    if unknown := sorted(set(told) - set(Request.__dataclass_fields__)):
        raise InputError(f"a request has no field {unknown[0]!r}")
    if not isinstance(told.get("source"), str):
        raise InputError("source of a request is missing; give the name of an example or upload")
    return Request(
        seq=seq,
        source=told["source"],
        slice=_whole(told, "slice"),
        filters=_steps(told.get("filters")),
        segment=None if told.get("segment") is None else _step(told["segment"]),
        watch=_flag(told, "watch"),
        models=_flag(told, "models"),
        where=_where(told.get("where")),
        lang=_language(told.get("lang")),
    )


def _seq(told: Any) -> int:
    seq = told.get("seq") if isinstance(told, dict) else None
    if type(seq) is not int or not 0 <= seq < _MOST_SEQ:
        raise InputError("seq of a request is a whole number that rises from request to request")
    return seq


def _whole(told: Head, name: str) -> int | None:
    value = told.get(name)
    if value is not None and type(value) is not int:
        raise InputError(f"{name} of a request is a whole number or null")
    return value


def _flag(told: Head, name: str) -> bool:
    value = told.get(name, False)
    if not isinstance(value, bool):
        raise InputError(f"{name} of a request is true or false")
    return value


def _steps(steps: Any) -> tuple[tuple[str, dict[str, Any]], ...]:
    if steps is None:
        return ()
    if not isinstance(steps, list) or len(steps) > _MOST_STEPS:
        raise InputError(f"filters of a request are a list of at most {_MOST_STEPS} steps")
    return tuple(map(_step, steps))


def _step(step: Any) -> tuple[str, dict[str, Any]]:
    match step:
        case [str(name), dict(settings)]:
            return name, settings
    raise InputError('a step of a request is a name with its settings: ["median", {"size": 5}]')


def _where(where: Any) -> tuple[float, float] | None:
    if where is None:
        return None
    numbers = isinstance(where, list) and all(type(each) in (int, float) for each in where)
    if not numbers or len(where) != 2 or not all(abs(each) < _MOST_SEQ for each in where):
        raise InputError("where of a request is [row, column] or null")
    return float(where[0]), float(where[1])


def _language(code: Any) -> str:
    if code is None:
        return "en"
    if code not in LANGUAGES:
        raise InputError(f"lang of a request is one of {', '.join(LANGUAGES)}")
    return str(code)


def refused(seq: int | None, error: Text | str, step: int | None = None) -> Head:
    """Make the head that refuses a request."""
    return {"kind": "refused", "seq": seq, "error": error, "step": step}


def refusal(seq: int | None, error: InputError) -> Head:
    """Say why a request cannot be answered, and at which step."""
    said = error.args[0] if error.args else str(error)
    return refused(seq, tell(said), getattr(error, "step", None))
