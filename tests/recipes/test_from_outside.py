"""Another package's kernel, family, classifier and segmenter: found and used like imgpipe's own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import imgpipe

PACKAGE = Path(__file__).with_name("third_party")
HOME = Path(imgpipe.__file__).parents[1]
IMAGE = np.random.default_rng(0).integers(0, 3, (20, 30)).astype(np.uint8)

IN_PYTHON = """
import numpy as np
from imgpipe import features, kernels, learn, segment

image = np.load("image.npy")
assert "inner_edge" in kernels.KERNELS
expected = image - kernels.erosion(image, 5)
found = learn.Filter("inner_edge", size=5).fit_transform(image[None])[0]
assert np.array_equal(found, expected)

share = np.mean(image[:, 1:] == image[:, :-1])
assert features.extract(image, families="plateaus") == {"plateaus_share": share}
assert "plateaus_share" in [feature.name for feature in features.catalogue("all")]
assert "plateaus" not in {feature.family for feature in features.catalogue("default")}
values, names = features.extract_many([image] * 4, families="plateaus", n_jobs=2)
assert values.tolist() == [[share]] * 4

assert learn.CLASSIFIERS["bayes"].grid
pipeline = learn.make_pipeline("bayes", filters=["inner_edge"], families="plateaus")
assert type(pipeline[-1]).__name__ == "GaussianNB"

assert "above-mean" in segment.SEGMENTERS
assert np.array_equal(segment.SEGMENTERS["above-mean"](image), image > image.mean())
print("used")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built and installed by pip into a folder of its own."""
    folder = tmp_path_factory.mktemp("outside")
    # pip writes beside what it builds
    source = shutil.copytree(PACKAGE, folder / "source")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-index", "--no-build-isolation", "--no-compile"]
    subprocess.run([*command, "--target", folder / "site", source], check=True)
    return folder / "site"


def run(site: Path, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), str(HOME)])
    return subprocess.run(
        [sys.executable, *args],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
    )


def imgpipe_says(site: Path, folder: Path, *args: str) -> str:
    done = run(site, folder, "-m", "imgpipe", *args)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_installed_package_is_found_in_python(installed: Path, tmp_path: Path) -> None:
    """A fresh process, and its workers, find the entries in the registries and use them."""
    np.save(tmp_path / "image.npy", IMAGE)
    done = run(installed, tmp_path, "-c", IN_PYTHON)
    assert done.stdout == "used\n", done.stderr[-2000:]


@pytest.mark.slow
def test_an_installed_package_is_found_by_the_command_line(installed: Path, tmp_path: Path) -> None:
    """`filter`, `extract` and `compare` take the names of another package's entries."""
    Image.fromarray(IMAGE).save(tmp_path / "a.png")
    imgpipe_says(installed, tmp_path, "filter", "inner_edge", "a.png", "b.png", "--size", "5")
    assert np.asarray(Image.open(tmp_path / "b.png")).shape == IMAGE.shape
    imgpipe_says(
        installed, tmp_path, "extract", "a.png", "--out", "f.csv", "--families", "plateaus"
    )
    header, row = (line.split(",") for line in (tmp_path / "f.csv").read_text().splitlines())
    share = np.mean(IMAGE[:, 1:] == IMAGE[:, :-1])
    assert float(row[header.index("plateaus_share")]) == pytest.approx(share)
    arguments = ("--models", "bayes,dummy", "--families", "plateaus", "--folds", "2", "--jobs", "1")
    imgpipe_says(installed, tmp_path, "compare", "synthetic-nodules", *arguments, "--out", "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert set(result["models"]) == {"bayes", "dummy"}
