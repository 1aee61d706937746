"""A card in a terminal of 80 columns."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imgpipe._common import visible
from imgpipe.bundle.model_card.about import lead
from imgpipe.bundle.model_card.blocks import Block, Code, Facts, Grid, Items, Words
from imgpipe.bundle.model_card.sections import sections

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected

WIDTH = 80
_INDENT = "  "
_GAP = "  "
_LONGEST = 20  # column of names
_LEAST = 8  # columns that the first cell of a row keeps


def to_text(found: "Inspected") -> str:
    """Write the sections that a terminal shows."""
    lines = _wrapped(f"{found.name}: {lead(found)}", "", "")
    for section in sections(found):
        if not section.on_page:
            lines += ["", section.title]
            for i, block in enumerate(section.blocks):
                lines += [""] if i and isinstance(block, Grid | Facts) else []
                lines += _written(block)
                lines += [""] if isinstance(block, Grid) and i + 1 < len(section.blocks) else []
    return "\n".join(lines)


def _written(block: Block) -> list[str]:
    match block:
        case Words(text):
            return _wrapped(text, _INDENT, _INDENT)
        case Items(texts):
            return [line for text in texts for line in _wrapped(text, f"{_INDENT}- ", "    ")]
        case Facts(rows):
            return _facts(rows)
        case Grid():
            return _grid(block)
        case Code(text, _):
            return [f"{_INDENT}{line}" for line in text.splitlines()]


def _facts(rows: Sequence[tuple[str, str]]) -> list[str]:
    column = min(_LONGEST, max(len(name) for name, _ in rows))
    hanging = " " * (len(_INDENT) + column + len(_GAP))
    lines = []
    for name, value in rows:
        lines += _wrapped(value, f"{_INDENT}{name.ljust(column)}{_GAP}", hanging)
    return lines


def _grid(grid: Grid) -> list[str]:
    columns = len(grid.header) if grid.narrow is None else grid.narrow
    words = len(grid.header) - grid.numbers
    cells = [[_plain(cell) for cell in row[:columns]] for row in (grid.header, *grid.rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(columns)]
    room = WIDTH - len(_INDENT) - (columns - 1) * len(_GAP) - sum(widths[1:])
    widths[0] = min(widths[0], max(_LEAST, room))
    lines = []
    for row in cells:
        row[0] = row[0] if len(row[0]) <= widths[0] else f"{row[0][: widths[0] - 1]}…"
        padded = [
            cell.ljust(width) if i < words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"{_INDENT}{_GAP.join(padded)}".rstrip())
    return lines


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        _plain(text), WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    ) or [first.rstrip()]


def _plain(text: str) -> str:
    """Put a text on one line, without what would move the cursor."""
    return visible(" ".join(text.split()))
