"""Lessons on the site: the notebooks of both languages, with the outputs of the English ones.

Both editions run the same code, which a test holds; so the outputs of one execution stand in both.
"""

from collections.abc import Iterator
from pathlib import Path

import nbformat

from docs.site.navigation import ROOT
from notebooks.run import OUT, executed

# what stands above each lesson: the other edition, and the notebook itself, to run
_LINKS = {
    "en": "[中文](zh/{name}.ipynb) · {{download}}`the notebook <{file}>`, to run it yourself",
    "zh": "[English](../{name}.ipynb) · {{download}}`下载笔记本 <{file}>`，自己运行",
}
# where notebooks lie that are fetched rather than shown
DOWNLOADS = "lessons"


def lessons(pages: list[str]) -> Iterator[tuple[str, str]]:
    """Give the files of these pages and what they hold: notebooks to show, and ones to fetch.

    Raises
    ------
    FileNotFoundError
        If the code of a lesson was not executed since it was written.
    """
    for page in pages:
        path = ROOT / f"{page}.ipynb"
        text = path.read_text(encoding="utf-8")
        kept = f"{DOWNLOADS}/{_language(path)}/{path.name}"
        yield kept, text
        yield f"{page}.ipynb", nbformat.writes(_shown(path, f"/{kept}"))


def _language(path: Path) -> str:
    return "zh" if path.parent.name == "zh" else "en"


def _shown(path: Path, kept: str) -> nbformat.NotebookNode:
    lesson = nbformat.read(path, as_version=4)
    done = executed(lesson, OUT / path.name)
    if done is None:
        raise FileNotFoundError(f"{path.stem} was not executed: python notebooks/run.py --changed")
    for cell, run in zip(lesson.cells, done.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = run.outputs, run.execution_count
    links = _LINKS[_language(path)].format(name=path.stem, file=kept)
    heading, _, words = lesson.cells[0].source.partition("\n")
    lesson.cells[0].source = f"{heading}\n\n{links}\n\n{words}"
    # formulas between dollars, as notebooks have them
    lesson.metadata["myst"] = {"enable_extensions": ["dollarmath"]}
    return lesson
