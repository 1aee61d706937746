"""Texts that stay texts in Markdown."""

import re

_MARKS = re.compile(r"[\\`*\[\]|~&]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_])")
_AT_START = re.compile(r"[-+](?=[-+\s]|$)|#+(?=\s|$)|>|\d+(?=[.)](?:\s|$))")


def escaped(text: str) -> str:
    r"""Put a text on one line, with no mark that means anything in Markdown.

    Examples
    --------
    >>> print(escaped("<b> | a_b *c* _d_, p < 0.001"))
    \<b> \| a_b \*c\* \_d\_, p < 0.001
    >>> print(escaped("# 1"), escaped("1. x"), escaped("-0.1"))
    \# 1 1\. x -0.1
    """
    text = " ".join(text.split())
    start = _AT_START.match(text)
    text = _MARKS.sub(lambda mark: f"\\{mark[0]}", text)
    if start is None:
        return text
    at = start.end() if start[0].isdigit() else 0
    return f"{text[:at]}\\{text[at:]}"


def fenced(text: str, language: str = "sh") -> str:
    """Write code as it is; the fence is longer than any in it.

    Examples
    --------
    >>> print(fenced("ls"))
    ```sh
    ls
    ```
    """
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"
