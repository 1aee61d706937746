"""A card as Markdown."""

from typing import TYPE_CHECKING

from imgpipe._common.markdown import escaped, fenced
from imgpipe.bundle.model_card.about import lead
from imgpipe.bundle.model_card.blocks import Block, Code, Facts, Grid, Items, Words
from imgpipe.bundle.model_card.sections import sections

if TYPE_CHECKING:
    from imgpipe.bundle.model_card.inspected import Inspected


def to_markdown(found: "Inspected") -> str:
    """Write all sections."""
    parts = [f"# Model card: {escaped(found.name)}", f"{escaped(lead(found))}."]
    for section in sections(found):
        parts += [f"## {section.title}", *map(_written, section.blocks)]
    return "\n\n".join(parts) + "\n"


def _written(block: Block) -> str:
    match block:
        case Words(text):
            return escaped(text)
        case Items(texts):
            return "\n".join(f"- {escaped(text)}" for text in texts)
        case Facts(rows):
            return "\n".join(f"- **{escaped(name)}**: {escaped(value)}" for name, value in rows)
        case Grid():
            return _table(block)
        case Code(text, language):
            return fenced(text, language)


def _table(grid: Grid) -> str:
    words = len(grid.header) - grid.numbers
    rule = ["---"] * words + ["---:"] * grid.numbers
    lines = [list(map(escaped, grid.header)), rule]
    lines += [list(map(escaped, row)) for row in grid.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
