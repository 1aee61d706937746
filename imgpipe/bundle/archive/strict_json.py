"""JSON from a stranger: parsed within limits, and read as what a type hint says, exactly."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints, is_typeddict

from imgpipe._common import InputError, hidden_in
from imgpipe.bundle.archive.refusing import excerpt

MOST_BYTES = 2**23
DEEPEST = 12
LONGEST_TEXT = 10_000
LARGEST = 2**53
"""Of whole numbers: beyond, other programs read another one."""
_KINDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def parsed(text: bytes) -> Any:
    """Parse JSON in UTF-8: no key twice, no NaN, nothing that is too large or too deep.

    Examples
    --------
    >>> parsed(b'{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    if len(text) > MOST_BYTES:
        raise InputError(f"has {len(text):,} bytes; {MOST_BYTES:,} are allowed")
    try:
        content = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole,
        )
    except RecursionError:
        raise InputError("is nested too deeply") from None
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"is no JSON in UTF-8 ({error})") from None
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = first_repeated([key for key, _ in pairs])
        raise InputError(f"has the key {excerpt(twice)} twice")
    return found


def first_repeated(names: Sequence[str]) -> str | None:
    """Give the first name that was there before."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _no_number(text: str) -> NoReturn:
    raise InputError(f"holds {text}, which is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InputError(f"holds {excerpt(text)}, which is beyond all numbers")
    return value


def _whole(text: str) -> int:
    if len(text) > len(str(LARGEST)) + 1 or abs(int(text)) > LARGEST:
        raise InputError(f"holds {excerpt(text)}, a whole number beyond 2**53")
    return int(text)


def as_hinted(hint: Any, value: Any, where: str) -> Any:
    """Give a parsed value as a type hint says; an `InputError` where it is another.

    Known are texts, numbers, tuples, mappings of texts, dataclasses, None, unions of these, and
    `Any`, plain JSON. A typed dict may have more keys than it tells of, a dataclass may not.

    Examples
    --------
    >>> as_hinted(tuple[int, ...], [1, 2], "codes")
    (1, 2)
    """
    origin = get_origin(hint)
    if hint is Any:
        return check_plain(value, where)
    if origin in (Union, UnionType):
        return _one_of(get_args(hint), value, where)
    if is_dataclass(hint):
        return _dataclass(hint, value, where)
    if is_typeddict(hint):
        return _typed_dict(hint, value, where)
    if origin is tuple:
        return _tuple(get_args(hint), value, where)
    if origin is not None and issubclass(origin, Mapping):
        own = get_args(hint)[1]
        _require(isinstance(value, dict), value, where, "an object")
        return {
            check_text(key, f"a key of {where}"): as_hinted(own, each, f"{where}.{excerpt(key)}")
            for key, each in value.items()
        }
    if hint in (None, NoneType):
        _require(value is None, value, where, "null")
        return None
    wanted = (int, float) if hint is float else (hint,)
    _require(type(value) in wanted, value, where, _KINDS[hint])
    return check_text(value, where) if hint is str else hint(value)


def _one_of(hints: tuple[Any, ...], value: Any, where: str) -> Any:
    """Read a union: null where it may be, else the member whose JSON kind fits."""
    rest = [hint for hint in hints if hint not in (None, NoneType)]
    if value is None and len(rest) < len(hints):
        return None
    fitting = [hint for hint in rest if (get_origin(hint) is tuple) == isinstance(value, list)]
    return as_hinted((fitting or rest)[0], value, where)


def _tuple(hints: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    _require(isinstance(value, list), value, where, "a list")
    if hints[-1] is Ellipsis:
        hints = (hints[0],) * len(value)
    if len(value) != len(hints):
        raise InputError(f"{where} has {len(value)} items; {len(hints)} are needed")
    return tuple(
        as_hinted(hint, each, f"{where}[{i}]")
        for i, (hint, each) in enumerate(zip(hints, value, strict=True))
    )


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    _require(isinstance(value, dict), value, where, "an object")
    hints = hints_of(kind)
    wanted = {f.name for f in fields(kind)}
    for name in value:
        if name not in wanted:
            raise InputError(f"{where} has {excerpt(name)}, which this imgpipe does not know")
    for name in wanted:
        if name not in value:
            raise InputError(f"{where} lacks {name}")
    return kind(**{n: as_hinted(hints[n], value[n], f"{where}.{n}") for n in value})


def _typed_dict(kind: Any, value: Any, where: str) -> dict[str, Any]:
    _require(isinstance(value, dict), value, where, "an object")
    for name in sorted(kind.__required_keys__ - set(value)):
        raise InputError(f"{where} lacks {name}")
    told = {name: hint for name, hint in hints_of(kind).items() if name in value}
    return value | {n: as_hinted(hint, value[n], f"{where}.{n}") for n, hint in told.items()}


@lru_cache
def hints_of(kind: type) -> dict[str, Any]:
    """Resolve the type hints of a class, once."""
    return get_type_hints(kind)


def check_plain(value: Any, where: str, depth: int = 0) -> Any:
    """Refuse plain JSON that is too deep, or holds a text that cannot be shown."""
    if depth > DEEPEST:
        raise InputError(f"{where} is nested more than {DEEPEST} deep")
    if isinstance(value, str):
        check_text(value, where)
    elif isinstance(value, dict):
        for key, each in value.items():
            check_text(key, f"a key of {where}")
            check_plain(each, f"{where}.{excerpt(key)}", depth + 1)
    elif isinstance(value, list):
        for i, each in enumerate(value):
            check_plain(each, f"{where}[{i}]", depth + 1)
    return value


def check_text(text: str, where: str) -> str:
    """Refuse a text that is too long, or holds what a terminal obeys and nobody sees."""
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{where} has {len(text):,} letters; {LONGEST_TEXT:,} are allowed")
    hidden = hidden_in(text)
    if hidden:
        raise InputError(f"{where} holds the control character {hidden!a}")
    return text


def _require(good: bool, value: Any, where: str, wanted: str) -> None:
    if not good:
        raise InputError(f"{where} is {excerpt(value)}; it must be {wanted}")
