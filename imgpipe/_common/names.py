"""What is said of a name that nobody knows."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from imgpipe._common.errors import InputError


def unknown_name(kind: str, name: object, known: Iterable[str]) -> InputError:
    """Make the error that lists the known names and says which one may have been meant.

    Parameters
    ----------
    kind : str
        What the name should be of, such as ``"kernel"``.
    name : object
        What was given.
    known : iterable of str
        The names there are.

    Returns
    -------
    InputError

    Examples
    --------
    >>> print(unknown_name("kernel", "medain", ["mean", "median"]))
    no kernel is named 'medain'; choose from mean, median (did you mean median?)
    """
    names = list(known)
    return InputError(
        f"no {kind} is named {name!r}; choose from {', '.join(names)}{did_you_mean(name, names)}"
    )


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Give the name most like the one given, in brackets and as a question; blank without one."""
    by_spelling = {each.casefold(): each for each in known}
    close = get_close_matches(str(name).casefold(), list(by_spelling), n=1)
    return f" (did you mean {by_spelling[close[0]]}?)" if close else ""


_JOINERS = "\u200c\u200d"  # of letters in Persian and Indic scripts, and of emoji


def hidden_in(text: str) -> str:
    r"""Give the first character that nobody sees, or that moves what others see; blank if none.

    Control characters but line breaks and tabs, format characters (Unicode's Cf: zero-width, bidi),
    separators of lines, and halves of letters. Joiners may follow a letter beyond ASCII.

    Examples
    --------
    >>> hidden_in("plain\n"), hidden_in("a\u200bb"), hidden_in("\u0646\u200c\u0647")
    ('', '\u200b', '')
    """
    if text.isprintable():
        return ""
    for before, char in zip(" " + text, text, strict=False):
        if char in "\n\t" or (char in _JOINERS and not before.isascii()):
            continue
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return char
    return ""


def visible(text: str) -> str:
    r"""Write what `hidden_in` finds as an escape.

    Examples
    --------
    >>> print(visible("a\x1b[2J"))
    a\x1b[2J
    """
    while char := hidden_in(text):
        text = text.replace(char, ascii(char)[1:-1])
    return text
