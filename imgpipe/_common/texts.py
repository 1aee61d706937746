"""Sentences that can be said in another language: a template and the values that stand in it.

A `Text` is the English sentence, and a plain `str` to whoever wants no more. It remembers its
template, which is the key under which a catalogue holds the same sentence in another language.
"""

import math
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


class Text(str):
    """An English text that knows its template and its values."""

    template: str
    values: Mapping[str, Any]

    def __new__(
        cls, text: str, template: str = "", values: Mapping[str, Any] | None = None
    ) -> "Text":
        made = super().__new__(cls, text)
        made.template = template
        made.values = dict(values or {})
        return made


@dataclass(frozen=True)
class Language:
    """How texts, numbers and enumerations are written.

    `catalogue` maps English templates to those of the language. `between` and `last` join what is
    enumerated, `stop` ends a sentence, and `apart` stands between two of them. `dates` is a pattern
    of `str.format` with the fields ``year``, ``month`` and ``day``. `capitals` tells whether a
    sentence begins with one.
    """

    code: str
    catalogue: Mapping[str, str] = field(default_factory=dict, repr=False)
    between: str = ", "
    last: str = " and "
    stop: str = "."
    apart: str = " "
    dates: str = "{year:04}-{month:02}-{day:02}"
    capitals: bool = True

    def write(self, value: object) -> str:
        """Write what stands in a template, or a whole text.

        Examples
        --------
        >>> ENGLISH.write(1234), ENGLISH.write(["svm", "forest", "knn"])
        ('1,234', 'svm, forest and knn')
        """
        if isinstance(value, Text):
            return self.fill(value.template, value.values) if value.template else str(value)
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or value is None:
            return str(value)
        if isinstance(value, int):
            return f"{value:,}"
        if isinstance(value, date):
            return self.dates.format(year=value.year, month=value.month, day=value.day)
        if isinstance(value, Sequence):
            words = [self.write(item) for item in value]
            return self.last.join([self.between.join(words[:-1]), words[-1]][len(words) < 2 :])
        return str(value)

    def fill(self, template: str, values: Mapping[str, Any]) -> str:
        """Put values into the template's words of this language, or its own where it has none."""
        return _Writer(self).vformat(self.catalogue.get(template, template), (), values)


class _Writer(string.Formatter):
    """Writes values as the language does, and those with a format as it says."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "," and isinstance(value, list | tuple):
            return self.language.between.join(map(self.language.write, value))
        return format(value, format_spec) if format_spec else self.language.write(value)


ENGLISH = Language("en")


def say(template: str, /, **values: Any) -> Text:
    """Say a sentence, or a part of one.

    Parameters
    ----------
    template : str
        In English, with ``{name}`` where a value stands; a literal, so that it can be found and
        translated.
    **values
        Texts, which are translated too; strings, which are not; numbers, of which whole ones get
        separators of thousands unless the template has a format, as in ``{auc:.3f}``; dates;
        sequences of these, which are enumerated, with no "and" where the format is a comma, as in
        ``{names:,}``.

    Examples
    --------
    >>> say("{n} of {of} are missing", n=3, of=1200)
    '3 of 1,200 are missing'
    >>> say("{names:,}, ...", names=["svm", "forest"])
    'svm, forest, ...'
    """
    return Text(ENGLISH.fill(template, values), template, values)


def counted(n: int, one: str, many: str, /, **values: Any) -> Text:
    """Say how many there are, in the singular or in the plural; ``{n}`` is the number.

    Examples
    --------
    >>> counted(1, "{n} image", "{n} images"), counted(2300, "{n} image", "{n} images")
    ('1 image', '2,300 images')
    """
    return say(one if n == 1 else many, n=n, **values)


def joined(texts: Iterable[str]) -> Text:
    """Put sentences after one another; blank ones are left out.

    Examples
    --------
    >>> joined([say("One."), "", say("Two.")])
    'One. Two.'
    """
    kept = [text for text in texts if text]
    values = {f"t{i}": text for i, text in enumerate(kept)}
    return say(" ".join(f"{{{name}}}" for name in values), **values)


def clauses(texts: Sequence[Text]) -> Text:
    """Put clauses of one sentence after one another.

    Examples
    --------
    >>> clauses([say("one"), say("two"), say("three")])
    'one; two; three'
    """
    first, *others = texts
    for text in others:
        first = say("{a}; {b}", a=first, b=text)
    return first


def to_parts(text: Text) -> dict[str, Any]:
    """Take a text apart for JSON; `from_parts` puts it together again."""
    return {"say": text.template, "with": {k: _plain(v) for k, v in text.values.items()}}


def from_parts(parts: Mapping[str, Any]) -> Text:
    """Put together what `to_parts` took apart.

    Examples
    --------
    >>> text = say("{n} of {of}", n=counted(1, "{n} image", "{n} images"), of=["a", "b"])
    >>> again = from_parts(to_parts(text))
    >>> again == text and again.values["n"].template
    '{n} image'
    """
    return say(str(parts["say"]), **{k: _whole(v) for k, v in parts["with"].items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        return to_parts(value)
    if isinstance(value, date):
        return {"date": value.isoformat()[:10]}
    if hasattr(value, "item"):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": str(value)}  # JSON has none
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def _whole(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "number" in value:
            return float(value["number"])
        return from_parts(value) if "say" in value else date.fromisoformat(value["date"])
    return [_whole(item) for item in value] if isinstance(value, list) else value
