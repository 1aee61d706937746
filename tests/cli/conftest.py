"""The program in this process, and small images on disk."""

import shutil
from pathlib import Path

import pytest
from cli_helpers import Run, write_tree
from click.testing import CliRunner, Result

from imgpipe.cli import main


@pytest.fixture(autouse=True, scope="session")
def quick_costs(costs_of_few_images: None) -> None:
    """What a model costs is measured in a moment."""


@pytest.fixture
def run() -> Run:
    """Call the program with some arguments."""

    def call(*args: object) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args])

    return call


@pytest.fixture(scope="session")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder tree that no test may change."""
    return write_tree(tmp_path_factory.mktemp("shared") / "scans")


@pytest.fixture
def tree(trees: Path, tmp_path: Path) -> Path:
    """Folder tree of a test's own."""
    return Path(shutil.copytree(trees, tmp_path / "scans"))


@pytest.fixture(scope="session")
def model(trees: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A forest trained on the tree."""
    patch = pytest.MonkeyPatch()
    patch.setenv("IMGPIPE_CACHE", str(tmp_path_factory.mktemp("cache")))
    out = tmp_path_factory.mktemp("models") / "forest.joblib"
    args = ["train", trees, "--model", "forest", "--families", "intensity", "--out", out]
    done = CliRunner().invoke(main, [*map(str, args), "--jobs", "1"])
    patch.undo()
    assert done.exit_code == 0, done.stderr
    return out
