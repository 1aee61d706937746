"""Characters that nobody sees, or that move what others see, and how they are written."""

import unicodedata

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
