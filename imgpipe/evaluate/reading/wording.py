"""Texts of a run: the templates and values that result.json keeps beside its sentences."""

import re
import string
from collections.abc import Mapping
from typing import Any

from imgpipe._common import InputError
from imgpipe._common.texts import from_parts

_FORMAT = re.compile(r"[-+]?\d{0,2},?(\.\d{1,2})?[a-zA-Z%]?")


def text_of(text: str, parts: Any, file: str, at: str) -> str:
    """Give a text its template again; one that was edited stays as it stands."""
    if parts is None:
        return text
    try:
        _check(parts)
        made = from_parts(parts)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        raise InputError(
            f"{file}: wording.{at}: no template with its values: {str(parts)[:60]!r}"
        ) from None
    return made if made == text else text


def _check(parts: Any) -> None:
    """Refuse templates that do more than to put values into words."""
    for _, name, spec, conversion in string.Formatter().parse(parts["say"]):
        if name is not None and not (name.isidentifier() and not conversion):
            raise ValueError(name)
        if spec and not _FORMAT.fullmatch(spec):
            raise ValueError(spec)
    for value in parts["with"].values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and "say" in each:
                _check(each)
