"""The lessons run from top to bottom, show their pictures, and carry no outputs in git."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_is_a_first_lesson() -> None:
    """The quickstart stands where the README says."""
    assert "01_quickstart" in [path.stem for path in NOTEBOOKS]


def test_outputs_are_stripped(notebook: nbformat.NotebookNode) -> None:
    """Outputs and execution counts stay out of git."""
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(notebook))


def test_public_names_only(notebook: nbformat.NotebookNode) -> None:
    """A lesson uses nothing private."""
    source = "\n".join(cell.source for cell in code_cells(notebook))
    assert "imgpipe" in source
    assert "._" not in source


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # what jupyter-client itself deprecates is not ours to mend
def test_runs_and_draws(notebook: nbformat.NotebookNode, tmp_path: Path) -> None:
    """Every cell runs, and the pictures are there."""
    if any("learn.networks" in cell.source for cell in code_cells(notebook)):
        pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    assert not [output for output in outputs if output.get("name") == "stderr"]
