"""Write the lessons, English and Chinese, each pair from one source: `make notebooks`.

A source (``sources/NAME.md``) is a list of cells, each below a line that says what it is:
``+++ en`` and, after it, ``+++ zh`` hold the same words in two languages, ``+++ code`` holds what
both run.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
# where the notebooks of each language stand
FOLDERS = {"en": HERE, "zh": HERE / "zh"}
_MARK = re.compile(r"^\+\+\+ (\w+)\n", re.MULTILINE)
# a line that ends within a Chinese sentence: browsers would draw a blank there
_HAN = "[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]"
_WITHIN = re.compile(
    rf"(?<={_HAN})\n *(?={_HAN})"
    r"|(?<=[\u3001-\u303f\uff00-\uffef])\n *(?=\w|`|\*(?! )|\$(?!\$))"
)


@dataclass(frozen=True)
class Words:
    """A cell of text, in each language."""

    en: str
    zh: str


@dataclass(frozen=True)
class Code:
    """A cell that runs."""

    text: str


def read_source(text: str) -> list[Words | Code]:
    """Read the cells of a source.

    Raises
    ------
    ValueError
        If the source does not begin with a cell, for an unknown kind of cell, an empty one, and
        words in one language only.
    """
    before, *parts = _MARK.split(text)
    if before.strip():
        raise ValueError(f"text before the first cell: {before.strip()[:60]!r}")
    kinds, bodies = parts[::2], [body.strip() for body in parts[1::2]]
    cells: list[Words | Code] = []
    told: str | None = None
    for kind, body in zip(kinds, bodies, strict=True):
        if not body:
            raise ValueError(f"an empty cell: +++ {kind}")
        if (kind == "zh") != (told is not None):
            raise ValueError(f"words in one language only, before: {body[:60]!r}")
        if kind == "code":
            cells.append(Code(body))
        elif kind == "zh":
            assert told is not None
            cells.append(Words(told, body))
        elif kind != "en":
            raise ValueError(f"a cell is en, zh or code, not {kind}")
        told = body if kind == "en" else None
    if told is not None:
        raise ValueError(f"words in English only: {told[:60]!r}")
    return cells


def notebook(cells: list[Words | Code], language: str) -> nbformat.NotebookNode:
    """Make the notebook of one language, without outputs."""
    made = []
    for number, cell in enumerate(cells):
        # ids that do not change from one writing to the next
        if isinstance(cell, Code):
            made.append(nbformat.v4.new_code_cell(cell.text, id=f"code-{number}"))
        else:
            text = _WITHIN.sub("", cell.zh) if language == "zh" else cell.en
            made.append(nbformat.v4.new_markdown_cell(text, id=f"words-{number}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    info = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=made, metadata=info)


def texts() -> dict[Path, str]:
    """Make every notebook: its file, and what it holds."""
    made = {}
    for source in sorted(SOURCES.glob("*.md")):
        try:
            cells = read_source(source.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{source.name}: {error}") from error
        for language, folder in FOLDERS.items():
            content = nbformat.writes(notebook(cells, language)) + "\n"
            made[folder / f"{source.stem}.ipynb"] = content
    return made


def main() -> int:
    """Write what changed, and take away notebooks that have no source."""
    wanted = texts()
    for folder in FOLDERS.values():
        for path in folder.glob("*.ipynb"):
            if path not in wanted:
                path.unlink()
                print(f"removed {path.relative_to(HERE)}")
    for path, content in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
            print(f"written {path.relative_to(HERE)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
