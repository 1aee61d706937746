"""What a section of a card is made of, before it is known where it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Grid:
    """A table whose last `numbers` columns end at the right.

    A terminal shows its first `narrow` columns where not all have room.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: int = 0
    narrow: int | None = None


@dataclass(frozen=True)
class Code:
    """What a reader may run."""

    text: str
    language: str


Block = Facts | Words | Items | Grid | Code


@dataclass(frozen=True)
class Section:
    """A title and what stands below it; `on_page` ones are left out on a terminal."""

    title: str
    blocks: Sequence[Block]
    on_page: bool = False
