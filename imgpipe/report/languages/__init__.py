"""The languages that pages speak, and the one that is spoken now.

Pages and charts are made of `imgpipe._common.texts.Text`; `tell` says them in the language of the
block that `speaking` opens.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.texts import ENGLISH, Language, Text

LANGUAGES = ("en", "zh")
_HERE = Path(__file__).parent
_SPOKEN: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)
_HABITS: dict[str, dict[str, Any]] = {
    "zh": {
        "between": "、",
        "last": "和",
        "stop": "。",
        "apart": "",
        "dates": "{year}年{month}月{day}日",
        "capitals": False,
    }
}


@contextmanager
def speaking(code: str) -> Iterator[Language]:
    """Speak a language within a block.

    Examples
    --------
    >>> from imgpipe._common.texts import say
    >>> with speaking("zh"):
    ...     tell(["svm", "forest", "knn"])
    'svm、forest和knn'
    """
    token = _SPOKEN.set(language(code))
    try:
        yield _SPOKEN.get()
    finally:
        _SPOKEN.reset(token)


def spoken() -> Language:
    """Give the language that is spoken now."""
    return _SPOKEN.get()


def tell(value: object) -> str:
    """Write a text, a number, a date or an enumeration in the language that is spoken."""
    language = _SPOKEN.get()
    text = language.write(value)
    # templates that only join sentences have a space between them
    return text.replace(f"{language.stop} ", language.stop) if not language.apart else text


def told(value: Any) -> Any:
    """Tell every text in what JSON takes, however deep it lies.

    Examples
    --------
    >>> from imgpipe._common.texts import say
    >>> with speaking("zh"):
    ...     told({"names": [say("Image")], "n": 1})
    {'names': ['图像'], 'n': 1}
    """
    if isinstance(value, Text):
        return tell(value)
    if isinstance(value, Mapping):
        return {key: told(each) for key, each in value.items()}
    return [told(each) for each in value] if isinstance(value, list | tuple) else value


def escaped(value: object) -> str:
    """Tell a value inside a page or a chart, where ``<`` and ``&`` have a meaning."""
    return escape(tell(value))


@cache
def language(code: str) -> Language:
    """Find a language by its code, with all of its catalogues (``CODE/*.po``)."""
    if code not in LANGUAGES:
        raise InputError(
            f"no language is named {code!r}; choose from {', '.join(LANGUAGES)}"
            f"{did_you_mean(code[:2], LANGUAGES)}"
        )
    if code == ENGLISH.code:
        return ENGLISH
    return Language(code, _catalogue(_HERE / code), **_HABITS[code])


def _catalogue(folder: Path) -> dict[str, str]:
    """Read what translators wrote; of a plural, both English forms have the same translation."""
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                ids = [message.id] if isinstance(message.id, str) else list(message.id)
                text = (
                    message.string
                    if isinstance(message.string, str)
                    else (message.string or [""])[0]
                )
                if text and ids != [""]:
                    found |= dict.fromkeys(ids, text)
    return found
