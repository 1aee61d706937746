"""Frozen results from the JSON that `strict_json.Written` made of them, by their type hints."""

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from imgpipe._common import InputError
from imgpipe.evaluate import results
from imgpipe.evaluate.reading.wording import text_of
from imgpipe.evaluate.strict_json import INFINITIES, default_of, is_kept, key_of, pointer

_EXPECTED = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class PictureGone(Exception):
    """A picture is not there: what cannot be without it is left out."""


@dataclass
class Reader:
    """Makes results of what a file holds.

    `file` is named in errors, `wording` and `pictures` are those of `strict_json.Written`.
    `unknown` gathers what no result has a place for, `gone` the pictures that are not there.
    """

    file: str
    wording: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def read(
        self, hint: Any, value: Any, at: str = "", given: Mapping[str, Any] | None = None
    ) -> Any:
        """Make a value of type `hint` of what stands `at` a place; `given` are fields not there."""
        if is_dataclass(hint):
            return self._result(hint, value, at, given or {})
        if hint is Any:
            return value
        if hint is np.ndarray:
            return self._array(value, at)
        make = _OF_ORIGIN.get(get_origin(hint))
        if make is not None:
            return make(self, hint, value, at)
        return self._single(hint, value, at)

    def wrong(self, at: str, value: Any, expected: str) -> InputError:
        """Say what stands where something else should."""
        text = repr(value)
        shown = text if len(text) <= 60 else text[:57] + "..."
        return InputError(f"{self.file}: {dotted(at)} is {shown}; {expected} is expected")

    def _single(self, hint: Any, value: Any, at: str) -> Any:
        if hint is float:
            return self._number(value, at)
        if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
            raise self.wrong(at, value, _EXPECTED[hint])
        return text_of(value, self.wording.get(at), self.file, at) if hint is str else value

    def _number(self, value: Any, at: str) -> float:
        if value is None:
            return float("nan")
        if value in INFINITIES:
            return float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(at, value, _EXPECTED[float])
        if not math.isfinite(value):
            raise self.wrong(at, value, "a finite number, or null,")
        return value

    def _result(self, kind: Any, value: Any, at: str, given: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping):
            raise self.wrong(at, value, "an object")
        hints, made = _hints(kind), dict(given)
        for about in fields(kind):
            key = key_of(about)
            if about.name in made or (not is_kept(about) and default_of(about) is not MISSING):
                continue
            if key not in value:
                if default_of(about) is MISSING:
                    raise InputError(f"{self.file}: {dotted(pointer(at, key))} is missing")
                continue
            by, place, hint = about.metadata.get("by"), pointer(at, key), hints[about.name]
            if by is None:
                made[about.name] = self.read(hint, value[key], place)
            else:
                made[about.name] = self._named(hint, value[key], place, by)
        known = {key_of(about) for about in fields(kind)}
        self.unknown += [dotted(pointer(at, key)) for key in value if key not in known]
        return kind(**made)

    def _named(self, hint: Any, value: Any, at: str, by: str) -> tuple[Any, ...]:
        """Read results that are told apart by the key under which they stand."""
        if not isinstance(value, Mapping):
            raise self.wrong(at, value, "an object")
        kind = get_args(hint)[0]
        return tuple(
            self._result(kind, item, pointer(at, name), {by: name}) for name, item in value.items()
        )

    def _tuple(self, hint: Any, value: Any, at: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self.wrong(at, value, "a list")
        kinds = get_args(hint)
        places = [pointer(at, i) for i in range(len(value))]
        if kinds[-1] is not Ellipsis:
            if len(kinds) != len(value):
                raise self.wrong(at, value, f"a list of {len(kinds)}")
            each = zip(kinds, value, places, strict=True)
            return tuple(self.read(kind, item, place) for kind, item, place in each)
        made = []
        for item, place in zip(value, places, strict=True):
            try:
                made.append(self.read(kinds[0], item, place))
            except PictureGone:
                continue
        return tuple(made)

    def _list(self, hint: Any, value: Any, at: str) -> list[Any]:
        return list(self._tuple(tuple[get_args(hint)[0], ...], value, at))  # type: ignore[misc]

    def _mapping(self, hint: Any, value: Any, at: str) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise self.wrong(at, value, "an object")
        of_key, of_item = get_args(hint)
        made = {}
        for key, item in value.items():
            place = pointer(at, key)
            whole = of_key is int and key.lstrip("-").isdecimal()
            if of_key is not str and not whole:
                raise self.wrong(place, key, f"{_EXPECTED.get(of_key, of_key)} as a name")
            made[int(key) if whole else key] = self.read(of_item, item, place)
        return made

    def _either(self, hint: Any, value: Any, at: str) -> Any:
        kinds = get_args(hint)
        if value is None and type(None) in kinds:
            return None
        others = [kind for kind in kinds if kind is not type(None)]
        for kind in others[:-1]:
            try:
                return self.read(kind, value, at)
            except InputError:
                continue
        try:
            return self.read(others[-1], value, at)
        except PictureGone:
            if type(None) in kinds:
                return None
            raise

    def _array(self, value: Any, at: str) -> np.ndarray:
        """Read counts, or find the picture or map whose name stands there."""
        if isinstance(value, Mapping) and len(value) == 1:
            ((kind, name),) = value.items()
            found = self.pictures.get(name) if isinstance(name, str) else None
            if kind in ("picture", "map") and isinstance(name, str):
                if found is None or (found.dtype == np.uint8) != (kind == "picture"):
                    self.gone.append(name)
                    raise PictureGone(name)
                return found
        try:
            array = np.array(value)
        except ValueError:  # rows of several lengths
            array = np.array(None)
        if not isinstance(value, list) or (array.size and array.dtype.kind not in "if"):
            raise self.wrong(at, value, "a table of numbers")
        return array


_OF_ORIGIN: dict[Any, Callable[[Reader, Any, Any, str], Any]] = {
    tuple: Reader._tuple,
    list: Reader._list,
    dict: Reader._mapping,
    Mapping: Reader._mapping,
    Union: Reader._either,
    types.UnionType: Reader._either,
}


def dotted(at: str) -> str:
    """Write a pointer as people write a place in results: models.svm.metrics.auc."""
    words = at.split("/")[1:]
    return ".".join(word.replace("~1", "/").replace("~0", "~") for word in words) or "the file"


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Types of a result's fields; results name one another before they are made."""
    import pandas as pd

    return get_type_hints(kind, localns={**vars(results), "pd": pd})
