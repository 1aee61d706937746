"""--segment of `extract`, `compare` and `train`, and what `predict` makes of the model."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_helpers import Run, assert_one_error
from PIL import Image

from imgpipe.features import extract, read_settings

RNG = np.random.default_rng(0)


def squares(empty: bool = False) -> list[np.ndarray]:
    """A bright square in each of 20 images, whose texture tells odd from even."""
    images = RNG.integers(0, 90, (20, 24, 24))
    for k, image in enumerate(images):
        y, x = RNG.integers(2, 12, 2)
        if not (empty and k == 3):
            image[y : y + 9, x : x + 9] = 170 + RNG.integers(-9, 10, (9, 9)) * (1 + 5 * (k % 2))
    return [image.astype(np.uint8) for image in images]


def written(folder: Path, images: list[np.ndarray]) -> Path:
    for k, image in enumerate(images):
        place = folder / ("smooth", "rough")[k % 2] / f"{k:02d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place)
    return folder


def test_extract_measures_inside(run: Run, tmp_path: Path) -> None:
    """Features are those of the mask; an image with nothing in it gets its reason."""
    images = squares(empty=True)
    scans, out = written(tmp_path / "scans", images), tmp_path / "f.csv"
    args = ["extract", scans, "--families", "intensity", "--out", out]
    done = run(*args, "--segment", "fixed:value=100", "--jobs", 2)
    assert done.exit_code == 1
    assert "03.png: fixed finds nothing in it" in done.stderr
    table = pd.read_csv(out)
    name = table["id"].str[-6:-4].astype(int)
    for k, value in zip(name, table["intensity_mean"], strict=True):
        if k == 3:
            assert np.isnan(value)
            continue
        expected = extract(images[k], images[k] > 100, families="intensity")["intensity_mean"]
        assert value == pytest.approx(expected, rel=1e-12)
    assert set(table["error_code"].dropna()) == {"EMPTY-MASK"}
    beside = out.with_name("f.csv.settings.yaml")
    assert "--segment fixed:value=100" in beside.read_text()
    assert read_settings(beside)["families"] == ["intensity"]


def test_a_model_finds_its_region(run: Run, tmp_path: Path) -> None:
    """Compare records what was found, train keeps how, predict does it again, export refuses."""
    scans = written(tmp_path / "scans", squares())
    model, common = (
        tmp_path / "m.imgpipe",
        ["--families", "intensity", "--segment", "fixed:value=100"],
    )
    done = run("compare", scans, "--models", "logistic", "--folds", 2, "--out", tmp_path / "run",
               "--jobs", 1, *common)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["dataset"]["found"] == "fixed finds it in each of 20 images"
    assert result["dataset"]["region"] == "mask"
    assert "fixed finds it in each" in (tmp_path / "run" / "report.html").read_text()
    assert read_settings(tmp_path / "run").get("region") is None
    done = run("train", scans, "--model", "logistic", "--run", tmp_path / "run", "--out", model,
               "--jobs", 1, *common)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "Region: fixed finds it in each of 20 images\n" in done.stderr
    told = " ".join(run("inspect", model).stdout.split())
    assert "Region what fixed(value=100) finds" in told
    assert "Looks at what fixed(value=100) finds; masks that are given are not used" in told
    dark = tmp_path / "dark.png"
    Image.fromarray(np.zeros((24, 24), np.uint8)).save(dark)
    done = run("predict", model, scans / "rough" / "01.png", dark, "--json")
    assert done.exit_code == 1
    assert f"{dark}: fixed finds nothing in it, and the model looks inside" in done.stderr
    told = json.loads(done.stdout)
    assert [row["predicted"] for row in told] == ["rough", None]
    assert_one_error(run("export", model, tmp_path / "m.onnx"), "the region that fixed finds")


def test_nothing_found_needs_a_word(run: Run, tmp_path: Path) -> None:
    """Compare and train stop with the counts by class; --empty-mask decides."""
    scans = written(tmp_path / "scans", squares(empty=True))
    call = ["train", scans, "--model", "logistic", "--families", "intensity", "--segment",
            "fixed:value=100", "--jobs", 1]  # fmt: skip
    model = tmp_path / "m.imgpipe"
    assert_one_error(run(*call, "--out", model), "fixed finds nothing in 1 of 20 images (rough: 1)")
    done = run(*call, "--out", model, "--empty-mask", "image")
    assert done.exit_code == 0, done.stderr
    done = run("predict", model, scans / "rough" / "03.png")
    assert (done.exit_code, done.stderr.count("counts whole")) == (0, 1)
