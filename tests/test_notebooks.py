"""The lessons are written from one source for both languages, and carry no outputs in git."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted(FOLDER.glob("sources/*.md"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def loaded(name: str) -> ModuleType:
    """A script of the folder, as a module."""
    spec = importlib.util.spec_from_file_location(f"notebooks_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


editions, run = loaded("editions"), loaded("run")


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.fixture(params=SOURCES, ids=lambda path: path.stem)
def pair(request: pytest.FixtureRequest) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    name = f"{request.param.stem}.ipynb"
    return read(FOLDER / name), read(FOLDER / "zh" / name)


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_notebooks_are_those_of_the_sources() -> None:
    """Nobody changed a notebook by hand, forgot to write it anew, or left one without a source."""
    wanted = editions.texts()
    found = {path for folder in editions.FOLDERS.values() for path in folder.glob("*.ipynb")}
    assert found == set(wanted)
    assert [path.name for path in found if path.read_text("utf-8") != wanted[path]] == []


def test_both_languages_run_the_same(pair: tuple) -> None:
    """Code cells are equal, cell by cell, and words stand between the same ones."""
    english, chinese = pair
    assert code_of(english) == code_of(chinese)
    assert [c.cell_type for c in english.cells] == [c.cell_type for c in chinese.cells]


def test_words_are_of_their_language(pair: tuple) -> None:
    """Each cell of words holds Chinese in the one edition, none in the other."""
    english, chinese = pair
    words = [cell.source for cell in english.cells if cell.cell_type == "markdown"]
    translated = [cell.source for cell in chinese.cells if cell.cell_type == "markdown"]
    assert not [text for text in words if CHINESE.search(text)]
    assert not [text for text in translated if not CHINESE.search(text)]


def test_outputs_are_stripped(pair: tuple) -> None:
    """Outputs and execution counts stay out of git."""
    cells = [cell for notebook in pair for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_public_names_only(pair: tuple) -> None:
    """A lesson uses nothing private."""
    source = "\n".join(code_of(pair[0]))
    assert "imgpipe" in source
    assert "._" not in source


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("+++ en\nWords\n\n+++ code\n1\n", "one language only"),
        ("+++ en\nWords\n", "English only"),
        ("+++ zh\n词\n", "one language only"),
        ("+++ code\n\n+++ code\n1\n", "empty cell"),
        ("+++ de\nWorte\n", "not de"),
        ("1 + 1\n+++ code\n1\n", "before the first cell"),
    ],
)
def test_a_faulty_source_is_refused(text: str, told: str) -> None:
    """Words without a translation do not become a lesson."""
    with pytest.raises(ValueError, match=told):
        editions.read_source(text)


def test_a_chinese_sentence_runs_on() -> None:
    """Where its line ends in the source no blank is drawn; paragraphs and lists stay."""
    cells = editions.read_source("+++ en\nWords\n\n+++ zh\n一，\n`a`二\n三\n\n- 四\n- 五\n")
    (cell,) = editions.notebook(cells, "zh").cells
    assert cell.source == "一，`a`二三\n\n- 四\n- 五"


def test_a_faulty_lesson_is_told_of() -> None:
    """A lesson that warns, or draws too little, is not let through."""
    cell = nbformat.v4.new_code_cell("warn()")
    cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text="Warning: old\n")]
    found = run.faults(nbformat.v4.new_notebook(cells=[cell]))
    assert found == ["stderr: Warning: old", "0 pictures, fewer than 3"]
