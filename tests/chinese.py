"""What of a text is left in English when it is said in Chinese."""

import re
from collections.abc import Iterator
from typing import Any

from imgpipe._common.texts import Text
from imgpipe.report.languages import speaking, tell

# commands, options and what is written as in Python
_CODE = re.compile(r"\bcompare\b|--[a-z][\w-]*( [a-z]+\b)?|\w+=\S+|Nadeau|Bengio")
_RUN = re.compile(r"[A-Za-z][a-z'’]+(?:[ ,;:]+[A-Za-z][a-z'’]+)+")


def left_in_english(text: Text) -> list[str]:
    """Runs of two and more English words, but for names that people gave."""
    with speaking("zh"):
        said = tell(text)
    for name in sorted(set(_names(text)), key=len, reverse=True):
        said = said.replace(name, "…")
    return _RUN.findall(_CODE.sub("…", said))


def _names(value: Any) -> Iterator[str]:
    """Values that are no texts: names of classes, models, files and columns."""
    if isinstance(value, Text):
        for part in value.values.values():
            yield from _names(part)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _names(part)
