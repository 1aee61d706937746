"""`imgpipe export`."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error

from imgpipe import bundle, learn
from imgpipe.datasets import Dataset


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a model of noise, dark or bright."""
    pixels = np.random.default_rng(0).integers(0, 120, (20, 16, 16)).astype(np.uint8)
    pixels[10:] *= 2
    data = Dataset("noise", pixels, np.arange(20) // 10, ("dark", "bright"))
    path = tmp_path_factory.mktemp("export") / "noise.imgpipe"
    bundle.save(learn.fit(data, "logistic", families="lbp"), path)
    return path


def test_a_model_is_exported(run: Run, noise: Path, tmp_path: Path) -> None:
    """It says what goes in, what comes out, how near it is to the bundle, and where it stands."""
    out = tmp_path / "noise.onnx"
    done = run("export", noise, out)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["Input: image, uint8, 16 x 16", "Output: probabilities of dark, bright"]
    assert "made-up images" in lines[2]
    assert lines[3].startswith(f"ONNX: {out} (")
    assert out.is_file()


def test_json_tells_the_metadata(run: Run, noise: Path, tmp_path: Path) -> None:
    """Size, differences and what the file says of itself, for machines."""
    out = tmp_path / "noise.onnx"
    told = json.loads(run("export", noise, out, "--json").stdout)
    assert told["out"] == str(out)
    assert told["bytes"] == out.stat().st_size
    assert told["notes"]["dtype"] == "uint8"
    assert told["difference"] < 1e-7


def test_what_is_there_is_kept(run: Run, noise: Path, tmp_path: Path) -> None:
    """A file is replaced with --force only; the model never."""
    out = tmp_path / "noise.onnx"
    out.write_text("mine")
    assert_one_error(run("export", noise, out), "--force")
    assert out.read_text() == "mine"
    assert run("export", noise, out, "--force").exit_code == 0
    assert_one_error(run("export", noise, noise, "--force"), "would be replaced")
    assert_one_error(run("export", noise, tmp_path / "noise.pb"), ".onnx")
    assert_one_error(run("export", tmp_path / "gone.imgpipe", tmp_path / "a.onnx"), "no such file")
