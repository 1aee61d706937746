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


def is_plain(template: str) -> bool:
    """Tell whether a template does no more than to put values into words.

    Examples
    --------
    >>> is_plain("{n} of {of:.3f}"), is_plain("{n:>999999999}")
    (True, False)
    """
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return False
    return all(
        name is None
        or (name.isidentifier() and not conversion and _FORMAT.fullmatch(spec or "") is not None)
        for _, name, spec, conversion in fields
    )


def _check(parts: Any) -> None:
    """Refuse templates that do more, in the text or in one that stands in it."""
    if not is_plain(parts["say"]):
        raise ValueError(parts["say"])
    for value in parts["with"].values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and "say" in each:
                _check(each)
