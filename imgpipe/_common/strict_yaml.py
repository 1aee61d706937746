"""A mapping in a YAML file, read strictly: what it says is what stands there, with its line.

Plain words are read as YAML 1.2's core schema has them: ``no`` is a word and ``1e-3`` a number,
which YAML 1.1 turns around. Tags, anchors and aliases, by which a small file unfolds into a large
one, are refused.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

from imgpipe._common.errors import InputError
from imgpipe._common.hidden import hidden_in, visible

_MOST_BYTES = 2**20
_DEEPEST = 8
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "inf", "Infinity"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF", "-inf", "-Infinity"), float("-inf")),
}
_INTEGER = re.compile(r"[-+]?\d{1,15}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", re.ASCII)


class Said(NamedTuple):
    """What a file says: `values`, and the line of each key, that of a nested one as ``a.b``."""

    values: dict[str, Any]
    lines: dict[str, int]


def read_text(path: Path, shown: str) -> str:
    """Read a text file of moderate size in UTF-8."""
    if path.is_dir():
        raise InputError(f"{shown} is a folder; give a file")
    if not path.exists():
        raise InputError(f"{shown}: there is no such file")
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise InputError(f"{shown} has {size:,} bytes; a file of settings is a page of text")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown}: byte {error.start} is not UTF-8; save the file as plain text in UTF-8"
        ) from None


def parse_mapping(text: str, shown: str) -> Said:
    r"""Read a mapping; errors begin with `shown` and the line.

    Examples
    --------
    >>> parse_mapping("a: 1\nb: {c: [1e-3, no]}", "x.yaml")
    Said(values={'a': 1, 'b': {'c': [0.001, 'no']}}, lines={'a': 1, 'b': 2, 'b.c': 2})
    """
    import yaml

    if bad := hidden_in(text.replace("\r\n", "\n")):
        line = text[: text.index(bad)].count("\n") + 1
        raise InputError(f"{shown}, line {line}: holds the character {visible(bad)}; remove it")
    try:
        _check_events(text, shown)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise InputError(f"{shown}{where}: is not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{shown}: is not YAML: {' '.join(str(error).split())}") from None
    if root is None:
        raise InputError(f"{shown} is empty")
    if not isinstance(root, yaml.MappingNode):
        raise InputError(f"{shown}: holds no lines of the form KEY: VALUE")
    lines: dict[str, int] = {}
    return Said(_mapping(root, shown, "", lines), lines)


def _check_events(text: str, shown: str) -> None:
    """Refuse what is not plain, before anything is built of it."""
    import yaml

    depth = documents = 0
    events: Any = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise InputError(f"{shown}, line {line}: a second document; one file is one")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(f"{shown}, line {line}: anchors (&) and aliases (*) are not read")
        if getattr(event, "tag", None):
            raise InputError(f"{shown}, line {line}: the tag {event.tag} is not read; remove it")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise InputError(f"{shown}, line {line}: nested deeper than {_DEEPEST} levels")


def _mapping(node: Any, shown: str, prefix: str, lines: dict[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _value(key_node, shown, prefix, lines)
        if not isinstance(key, str):
            raise InputError(f"{shown}, line {line}: the key {key!r} is not a word")
        if key in found:
            raise InputError(
                f"{shown}, line {line}: {prefix}{key} stands there twice, first in line "
                f"{lines[prefix + key]}; keep one"
            )
        lines[prefix + key] = line
        found[key] = _value(value_node, shown, f"{prefix}{key}.", lines)
    return found


def _value(node: Any, shown: str, prefix: str, lines: dict[str, int]) -> Any:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return _mapping(node, shown, prefix, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, shown, prefix, lines) for item in node.value]
    return node.value if node.style else plain_value(node.value)


def plain_value(word: str) -> Any:
    """Read a word without quotes.

    Examples
    --------
    >>> [plain_value(word) for word in ("7", "1e5", "-.inf", "~", "8QNN")]
    [7, 100000.0, -inf, None, '8QNN']
    """
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word
