"""Prediction where hardly anything is installed, as docs/small_box.md says."""

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

import imgpipe
from imgpipe import bundle, images, learn
from imgpipe.datasets import Dataset

ROOT = Path(imgpipe.__path__[0]).parent
PAGE = ROOT / "docs" / "small_box.md"
# imgpipe from where it is, and not by a link: Numba knows what it has compiled by its path
PROGRAM = """
import sys

box, root = sys.argv[1:3]
del sys.argv[1:3]
sys.path[:0] = [box, root]
import imgpipe

sys.path.remove(root)
from imgpipe.cli import main

main()
"""


def packages() -> list[str]:
    """Those that the page installs."""
    (line,) = re.findall(r"^pip install --no-deps (.*) \.$", PAGE.read_text(), re.MULTILINE)
    return [word.split("=")[0] for word in shlex.split(line)]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with links to the packages that the page installs beside imgpipe."""
    folder = tmp_path_factory.mktemp("site-packages")
    for name in packages():
        for file in distribution(name).files or ():
            top = file.parts[0]
            if top != ".." and not (folder / top).exists():
                (folder / top).symlink_to(Path(file.locate()).parents[len(file.parts) - 1] / top)
    return folder


def _in_box(box: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What the program says there."""
    # -S: without the packages of this environment
    command = [sys.executable, "-S", "-c", PROGRAM, str(box), str(ROOT), *words]
    kept = ("PATH", "HOME", "NUMBA_CACHE_DIR")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Noise, bright or dark."""
    pixels = np.random.default_rng(0).integers(0, 120, (40, 24, 24)).astype(np.uint8)
    pixels[20:] *= 2
    return Dataset("noise", pixels, np.arange(40) // 20, ("dark", "bright"))


@pytest.mark.jit
@pytest.mark.parametrize("model", ["svm", "forest"])
def test_a_bundle_is_predicted_in_a_small_box(
    model: str, box: Path, dataset: Dataset, tmp_path: Path
) -> None:
    """With the page's packages alone, the program says of an image what the pipeline says."""
    trained = learn.fit(dataset, model)
    bundle.save(trained, tmp_path / "noise.imgpipe")
    images.write(tmp_path / "one.png", dataset.images[25].pixels)
    words = ["predict", "noise.imgpipe", "one.png", "--json"]
    done = _in_box(box, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    expected = trained.pipeline.predict_proba(dataset.images[25:26])[0]
    assert [told["p_dark"], told["p_bright"]] == pytest.approx(expected, abs=1e-6)


def test_the_doctor_says_what_a_small_box_is_good_for(box: Path) -> None:
    """It is said to be enough for predictions; what else there could be is one line."""
    done = _in_box(box, "doctor")
    assert "Enough for imgpipe predict" in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: this installation for training, tables, reports ")
    assert "pip install scipy opencv-python scikit-image" in line
    assert done.returncode == 1
