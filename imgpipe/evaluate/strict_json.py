"""JSON that every reader accepts: an undefined number is null, one without end a word."""

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imgpipe._common.texts import Text, to_parts

INFINITIES = ("-Infinity", "Infinity")
"""How a number without end is written, such as a limit that nothing reaches."""


def write_json(path: Path, content: Any) -> None:
    """Write JSON that every reader accepts."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """Turn `value` into what strict JSON holds: no NumPy types, no NaN, no tuples."""
    return Written().plain(value)


def kept_as(
    name: str | None = None, *, by: str | None = None, sparse: bool = False
) -> Mapping[str, Any]:
    """Say how a field of a result stands in JSON: its metadata.

    `name` is its key where that is another. A tuple of results is an object where they are told
    apart `by` one of their fields. What is `sparse` is left out where it is the default.
    """
    return {"name": name, "by": by, "sparse": sparse}


NOT_KEPT: Mapping[str, Any] = {"kept": False}
"""Metadata of a field that JSON does not hold."""


def is_kept(about: "Field[Any]") -> bool:
    """Tell whether JSON holds a field."""
    return bool(about.metadata.get("kept", True))


def key_of(about: "Field[Any]") -> str:
    """Give the key under which JSON holds a field."""
    return about.metadata.get("name") or about.name


def default_of(about: "Field[Any]") -> Any:
    """Give a field's default, or ``MISSING``."""
    return about.default if about.default_factory is MISSING else about.default_factory()


def pointer(at: str, key: object) -> str:
    """Point to a part of a JSON document, as in RFC 6901."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"


@dataclass
class Written:
    """Results as plain JSON, and what JSON does not hold of them.

    `pictures` are arrays by the names that stand for them in JSON; `wording` are templates and
    values of the texts, by where these stand (RFC 6901).
    """

    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    wording: dict[str, Any] = field(default_factory=dict)

    def plain(self, value: Any, at: str = "") -> Any:
        """Turn a value that stands `at` a place into what strict JSON holds."""
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value, at)
        if isinstance(value, Mapping):
            return {str(k): self.plain(item, pointer(at, k)) for k, item in value.items()}
        if isinstance(value, np.ndarray):
            return self._array(value, at)
        if isinstance(value, list | tuple):
            return [self.plain(item, pointer(at, i)) for i, item in enumerate(value)]
        if isinstance(value, np.generic):
            return self.plain(value.item(), at)
        if isinstance(value, float) and not math.isfinite(value):
            return None if math.isnan(value) else INFINITIES[value > 0]
        if isinstance(value, Text) and value.template:
            self.wording[at] = to_parts(value)
        if isinstance(value, str):
            return str(value)
        return value if value is None or isinstance(value, bool | int | float) else str(value)

    def _fields(self, value: Any, at: str) -> dict[str, Any]:
        content = {}
        for about in fields(value):
            item = getattr(value, about.name)
            if not is_kept(about) or (about.metadata.get("sparse") and item == default_of(about)):
                continue
            by = about.metadata.get("by")
            if by is not None:
                item = {getattr(each, by): each for each in item}
            key = key_of(about)
            content[key] = self.plain(item, pointer(at, key))
            for each in content[key].values() if by is not None else ():
                del each[by]
        return content

    def _array(self, value: np.ndarray, at: str) -> Any:
        """Write counts as lists; of pictures and maps, only the name."""
        kind = {"u": "picture", "f": "map"}.get(value.dtype.kind)
        if kind is None or value.ndim < 2:
            return self.plain(value.tolist(), at)
        name = f"{kind}{len(self.pictures):04}"
        self.pictures[name] = value
        return {kind: name}
