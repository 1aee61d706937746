"""The marks of Markdown: headings, tables, lists, and texts that are only texts."""

from collections.abc import Iterable, Sequence

from imgpipe._common.markdown import escaped, fenced
from imgpipe._common.texts import say
from imgpipe.report.languages import tell


def plain(value: object) -> str:
    r"""Say a value in the language that is spoken, on one line, with no mark that means anything.

    Examples
    --------
    >>> print(plain("<b> | a_b *c* _d_, p < 0.001"))
    \<b> \| a_b \*c\* \_d\_, p < 0.001
    >>> print(plain("# 1"), plain("1. x"), plain("-0.1"))
    \# 1 1\. x -0.1
    """
    return escaped(tell(value))


def heading(level: int, text: object) -> str:
    """Write a heading.

    Examples
    --------
    >>> heading(2, "Protocol")
    '## Protocol'
    """
    return f"{'#' * level} {plain(text)}"


def table(header: Sequence[object], rows: Iterable[Sequence[object]], numbers: int = 0) -> str:
    """Write a table, whose last columns, so many as are `numbers`, end at the right.

    Examples
    --------
    >>> print(table(["model", "AUC"], [["svm", "0.950"]], numbers=1))
    | model | AUC |
    | --- | ---: |
    | svm | 0.950 |
    """
    words = len(header) - numbers
    rule = ["---"] * words + ["---:"] * numbers
    lines = [[plain(cell) for cell in header], rule]
    lines += [[plain(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def items(texts: Iterable[object]) -> str:
    """Write a list."""
    return "\n".join(f"- {plain(text)}" for text in texts)


def facts(rows: Iterable[tuple[object, object]]) -> str:
    """Write names and values as a list; the names stand out."""
    told = [say("- **{name}**: {value}", name=plain(n), value=plain(value)) for n, value in rows]
    return "\n".join(map(tell, told))


def warned(texts: Iterable[object]) -> str:
    """Write warnings in a box, or nothing where there are none."""
    lines = [f"> - {plain(text)}" for text in texts]
    return "\n".join(["> [!WARNING]", *lines]) if lines else ""


def code(text: str) -> str:
    """Write a command as it is; the fence is longer than any in it."""
    return fenced(text)
