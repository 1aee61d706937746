"""Python on the pages runs: blocks of the README and of docs/, here or in a test named here."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hospital_files import write_series
from PIL import Image as Picture

from imgpipe import bundle, datasets, detect, images, learn
from imgpipe.images import Image

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# pages whose blocks a test of their own runs, and looks at what they give
ELSEWHERE = {
    "docs/bundle.md": "bundle/test_bundle_page.py",
    "docs/enhancement.md": "enhance/test_enhancement_page.py",
    "docs/export.md": "cli/test_cli_export_page.py",
    "docs/pixels.md": "segment/test_pixels_page.py",
    "docs/segmentation.md": "segment/test_segmentation_page.py",
}
RNG = np.random.default_rng(0)
Names = dict[str, Any]
Stage = Callable[[], Names]


def blocks(page: str) -> list[str]:
    """The blocks of Python of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def disc(shape: tuple[int, ...], radius: float = 4) -> np.ndarray:
    """A ball in the middle."""
    places = np.indices(shape) - (np.array(shape).reshape(-1, *[1] * len(shape)) - 1) / 2
    return (places**2).sum(0) < radius**2


def pictures(folder: str, values: list[np.ndarray]) -> None:
    """Save bytes as PNG."""
    Path(folder).mkdir()
    for number, pixels in enumerate(values):
        Picture.fromarray(pixels.astype(np.uint8)).save(f"{folder}/{number}.png")


def scan(spacing: tuple[float, float, float] = (2.0, 1.0, 1.0)) -> Image:
    """A volume that looks like CT."""
    pixels = (RNG.normal(-100, 40, (8, 14, 16)) + 150 * disc((8, 14, 16))).astype(np.int16)
    return Image(pixels, spacing=spacing, unit="HU")


def measure() -> Names:
    """Masks as arrays and as folders of files."""
    ball = disc((6, 20, 20), 5)
    pictures("scans", [RNG.integers(0, 255, (20, 20)) for _ in range(3)])
    pictures("found", [255 * np.roll(ball[3], 1, 0)] * 3)
    pictures("drawn", [255 * ball[3]] * 3)
    shifted = np.roll(ball, 1, 2)
    return {"mask": shifted, "reference": ball, "labels": 2 * shifted, "truth": 2 * ball}


def from_pyradiomics() -> Names:
    """A volume, its lesion, and the settings that the page prints."""
    page = (ROOT / "docs/from_pyradiomics.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```yaml\n(imgpipe_settings.*?)```", page, re.DOTALL)
    Path("ct.yaml").write_text(settings)
    images.write("ct.nii.gz", scan())
    images.write("lesion.nii.gz", Image(disc((8, 14, 16)).astype(np.uint8), spacing=(2, 1, 1)))
    return {}


def serve() -> Names:
    """A bundle."""
    data = datasets.Dataset(
        "noise", RNG.integers(0, 256, (20, 16, 18), np.uint8), np.arange(20) % 2
    )
    bundle.save(learn.fit(data, "logistic", families="intensity"), "lungs.imgpipe")
    return {}


def volumes() -> Names:
    """A volume as NIfTI and as a series, and a segmentation of it."""
    write_series(Path("series"), scan().pixels)
    of_series = images.read_volume("series")
    images.write("scan.nii.gz", of_series)
    mask = disc(of_series.pixels.shape)
    images.write_segmentation("seg.dcm", mask, "series", names=["tumour"])
    return {}


def dicom() -> Names:
    """Two series of a patient, one of them with a gap."""
    for name, description in (("CT", "abdomen"), ("other", "chest")):
        folder = Path("studies/P1") / name
        write_series(folder, scan().pixels, SeriesDescription=description)
    next(Path("studies/P1/CT").glob("*997.dcm")).unlink()
    return {}


def detection() -> Names:
    """A manifest of images with masks of their lesions, and new images."""
    lesions = datasets.load("synthetic-lesions")
    kept = list(range(30))
    pictures("pixels", [lesions.images[i].pixels for i in kept])
    pictures("masks", [255 * (lesions.images[i].mask > 0) for i in kept])
    rows = [f"pixels/{i}.png,masks/{i}.png,{lesions.groups[i]}" for i in kept]
    Path("scans.csv").write_text("\n".join(["path,mask,patient", *rows]))
    pictures("new", [lesions.images[40].pixels] * 8)
    known = detect.load_lesions("scans.csv", groups="patient")
    few = {"new_images": known.images[:6], "truth": known.boxes[:6], "patients": known.patients[:6]}
    return {**few, "image": known.images[0]}


def readme() -> Names:
    """Images to predict and to measure, one of them bad."""
    nodules = datasets.load("synthetic-nodules")
    pictures("scans", [np.clip((nodules.images[i] + 1350) / 6, 0, 255) for i in range(4)])
    Path("scans/bad.png").write_bytes(b"no image")
    return {}


HERE: dict[str, Stage] = {
    "docs/dicom.md": dicom,
    "docs/from_pyradiomics.md": from_pyradiomics,
    "docs/measure.md": measure,
    "docs/volumes.md": volumes,
}
# these train for some seconds, or serve what was trained
LONG: dict[str, Stage] = {
    "README.md": readme,
    "docs/detection.md": detection,
    "docs/serve.md": serve,
}
COMPILING = "docs/design/kernels.md"


def run(page: str, stage: Stage) -> Names:
    """Run the blocks one after the other, with the names that the stage gives."""
    names = stage()
    for script in blocks(page):
        exec(compile(script, page, "exec"), names)
    return names


def test_each_page_with_python_has_a_test() -> None:
    """A new block is run, or its page is named where a test of its own runs it."""
    with_python = {
        str(page.relative_to(ROOT))
        for page in PAGES
        if re.search(r"^ *(```|~~~) ?(python|py)\b", page.read_text("utf-8"), re.MULTILINE)
    }
    assert with_python == {*HERE, *LONG, *ELSEWHERE, COMPILING}
    for page, test in ELSEWHERE.items():
        text = (ROOT / "tests" / test).read_text(encoding="utf-8")
        assert Path(page).name in text, test
        assert "exec(compile(" in text, test


@pytest.mark.parametrize("page", HERE)
def test_blocks_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that has the files which the page speaks of."""
    monkeypatch.chdir(tmp_path)
    assert blocks(page)
    run(page, HERE[page])


@pytest.mark.full
@pytest.mark.parametrize("page", LONG)
def test_blocks_that_train_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same, of pages that fit models."""
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    run(page, LONG[page])
    if page == "README.md":
        assert "5 images, " in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.full
@pytest.mark.jit
def test_what_the_design_notes_print(tmp_path: Path) -> None:
    """With an empty cache, assembly with vectors is there, and functions are compiled."""
    said = []
    for number, script in enumerate(blocks(COMPILING)):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / str(number))},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stdout)
    (*_, of_zmm, of_ymm, length) = said[0].splitlines()[0].split()
    assert int(of_zmm) + int(of_ymm) > 0
    assert int(length) > 10_000
    assert re.search(r"^[1-9]\d* functions compiled$", said[1], re.MULTILINE)
