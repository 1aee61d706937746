"""`extract --settings`: a file means what the options mean, and the command line wins."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest
from cli_helpers import Run, assert_one_error
from click.testing import Result
from PIL import Image

from imgpipe import InputError, bundle, datasets, learn
from imgpipe.features import extract, read_settings

TEXT = """\
imgpipe_settings: 1
families: [intensity, glcm]
range: [60, 200]
outliers: 2
bin_width: 7
low: 50
distance: [1, 2]
"""
SAME = ["--families", "intensity,glcm", "--range", "60,200", "--outliers", 2, "--bin-width", 7,
        "--low", 50, "--distance", "1,2"]  # fmt: skip


def notes(done: Result) -> list[str]:
    """What was said on the way; not how far it was."""
    assert done.exit_code == 0, done.output
    return [line for line in done.stderr.splitlines() if not line.startswith("extracting")]


def test_a_file_is_the_options(run: Run, trees: Path, tmp_path: Path) -> None:
    """Same bytes from both, and the numbers of `features.extract`."""
    (tmp_path / "s.yaml").write_text(TEXT)
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    args = ["extract", trees / "benign", "--jobs", 1, "--out"]
    assert notes(run(*args, one, "--settings", tmp_path / "s.yaml")) == []
    assert notes(run(*args, other, *SAME)) == []
    assert one.read_bytes() == other.read_bytes()
    row = pd.read_csv(one).iloc[0]
    pixels = np.asarray(Image.open(row["id"]))
    expected = extract(pixels, families=["intensity", "glcm"], range=(60, 200), outliers=2,
                       bin_width=7, low=50, distance=(1, 2))  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_the_command_line_wins_and_says_so(run: Run, trees: Path, tmp_path: Path) -> None:
    """What was typed replaces what the file says, and what it excludes."""
    file = tmp_path / "s.yaml"
    file.write_text("imgpipe_settings: 1\nfamilies: glcm\nbin_width: 7\noutliers: 2\n")
    args = ["extract", trees / "benign", "--jobs", 1, "--out"]
    done = run(*args, tmp_path / "f.csv", "--settings", file, "--bins", 8, "--outliers", 1)
    assert notes(done) == [
        f"Note: --bins replaces bin_width: 7.0 of {file}",
        f"Note: --outliers replaces outliers: 2.0 of {file}",
    ]
    options = ["--families", "glcm", "--bins", 8, "--outliers", 1]
    assert run(*args, tmp_path / "g.csv", *options).exit_code == 0
    assert (tmp_path / "f.csv").read_bytes() == (tmp_path / "g.csv").read_bytes()


def test_settings_are_written_alone_or_beside(run: Run, trees: Path, tmp_path: Path) -> None:
    """--write-settings without DATA writes a file to begin with; with DATA it writes both."""
    alone, both = tmp_path / "alone.yaml", tmp_path / "both.yaml"
    done = run("extract", "--write-settings", alone, *SAME)
    assert (done.exit_code, done.stdout) == (0, f"Settings: {alone}\n")
    assert run("extract", trees / "benign", "--out", tmp_path / "f.csv", "--write-settings", both,
               "--settings", alone, "--jobs", 1).exit_code == 0  # fmt: skip
    assert both.read_bytes() == alone.read_bytes()
    assert read_settings(alone)["range"] == (60, 200)
    assert_one_error(run("extract", "--write-settings", alone), "alone.yaml", "--force")
    again = ["--write-settings", alone, "--settings", alone, "--force"]
    assert_one_error(run("extract", *again), "is an input")
    assert_one_error(run("extract", "--bins", 8), "extract needs DATA and --out")


def test_resampling_from_the_command_line(run: Run, trees: Path, tmp_path: Path) -> None:
    """Its options are the parts of the setting; those typed replace those of a file."""
    file, out = tmp_path / "s.yaml", tmp_path / "f.csv"
    args = ["extract", trees / "benign", "--families", "glcm", "--spacing", "1,2", "--jobs", 1]
    parts = ["--resample", "keep,1.5", "--interpolation", "cubic", "--rounding", "on"]
    assert run(*args, *parts, "--out", out, "--write-settings", file).exit_code == 0
    how = {"spacing": [None, 1.5], "interpolation": "cubic", "rounding": True,
           "mask_interpolation": "linear", "mask_threshold": 0.5}  # fmt: skip
    assert read_settings(file)["resampling"] == how
    row = pd.read_csv(out).iloc[0]
    pixels = np.asarray(Image.open(row["id"]))
    expected = extract(pixels, families="glcm", spacing=(1, 2), resampling=how)
    assert {name: row[name] for name in expected} == expected
    again = run(*args[:2], "--settings", file, "--out", out, "--resample", "2", "--jobs", 1)
    assert again.exit_code == 0
    assert f"--resample replaces resampling: spacing: null,1.5 of {file}" in again.stderr
    found = pd.read_csv(out).iloc[0]["glcm_contrast"]
    how["spacing"] = 2
    expected = extract(pixels, families="glcm", spacing=(1, 2), resampling=how)
    assert found == expected["glcm_contrast"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_carries_its_settings(suffix: str, run: Run, trees: Path, tmp_path: Path) -> None:
    """The file beside it, given to --settings, makes the same bytes again, itself among them."""
    odd = ["--families", "glcm,ivh", "--range=-.5,190", "--outliers", 2.5, "--bin-width", 6.5,
           "--distance", "2,1", "--spacing", "1,2", "--resample", "keep,1.5", "--rounding", "off",
           "--aggregation", "BTW3", "--ivh-bins", 7, "--region", "image", "--jobs", 1]  # fmt: skip
    one, other = tmp_path / f"one.{suffix}", tmp_path / f"other.{suffix}"
    first, again = Path(f"{one}.settings.yaml"), Path(f"{other}.settings.yaml")
    assert run("extract", trees / "benign", "--out", one, *odd).exit_code == 0
    done = run("extract", trees / "benign", "--out", other, "--settings", first)
    assert notes(done) == []
    assert one.read_bytes() == other.read_bytes()
    assert first.read_bytes() == again.read_bytes()
    assert read_settings(one) == read_settings(first)
    if suffix == "parquet":
        kept = pyarrow.parquet.read_schema(one).metadata[b"imgpipe_settings"]
        assert kept == first.read_bytes()


def test_another_file_of_that_name_stays(run: Run, trees: Path, tmp_path: Path) -> None:
    """What stands in the place of the settings and is no file of settings is not replaced."""
    out, beside = tmp_path / "f.csv", tmp_path / "f.csv.settings.yaml"
    beside.write_text("mine: true")
    args = ["extract", trees / "benign", "--families", "intensity", "--out", out, "--jobs", 1]
    assert_one_error(run(*args), "f.csv.settings.yaml is there already", "no file of settings")
    assert beside.read_text() == "mine: true"
    assert not out.exists()
    out.write_text("path\n")
    beside.unlink()
    other = [*args[:-3], tmp_path / "g.csv", "--settings", out]
    assert_one_error(run(*other), "f.csv is a table", "f.csv.settings.yaml, are not beside it")


ODD = """\
imgpipe_settings: 1
families: [intensity, glcm]
range: [-.inf, 200]
bin_width: 9
spacing: [1, 2]
resampling: {spacing: [null, 1], rounding: true}
"""


@pytest.mark.full
def test_a_run_carries_its_settings(run: Run, trees: Path, tmp_path: Path) -> None:
    """Compare takes a file, its run keeps all settings, and takes them again in each form."""
    file, first = tmp_path / "s.yaml", tmp_path / "first"
    file.write_text(ODD)
    args = ["compare", trees, "--models", "forest", "--folds", 2, "--jobs", 1]
    done = run(*args, "--settings", file, "--out", first)
    assert done.exit_code == 0, done.output
    kept = read_settings(first)
    assert kept == read_settings(first / "run.json") == read_settings(first / "settings.yaml")
    assert {**kept, **read_settings(file)} == kept
    page = (first / "report.html").read_text()
    assert "range: [-.inf, 200.0]; bin_width: 9.0" in page
    scores = (first / "predictions.csv").read_bytes()
    for number, again in enumerate((first, first / "run.json")):
        out = tmp_path / f"again{number}"
        assert run(*args, "--settings", again, "--out", out).exit_code == 0
        assert (out / "predictions.csv").read_bytes() == scores
        assert (out / "settings.yaml").read_bytes() == (first / "settings.yaml").read_bytes()
    other = run(*args, "--settings", file, "--bins", 8, "--families", "intensity,glcm",
                "--out", tmp_path / "other")  # fmt: skip
    assert f"Note: --bins replaces bin_width: 9.0 of {file}" in other.stderr
    assert "--families" not in other.stderr
    assert read_settings(tmp_path / "other")["bins"] == 8


def test_a_run_on_a_table_carries_those_of_the_table(run: Run, trees: Path, tmp_path: Path) -> None:
    """The settings beside a table of features are those of the run that is made of it."""
    out, folder = tmp_path / "f.csv", tmp_path / "run"
    assert run("extract", trees, *SAME, "--out", out, "--jobs", 1).exit_code == 0
    args = ["compare", out, "--models", "dummy", "--folds", 2, "--jobs", 1, "--out", folder]
    assert run(*args).exit_code == 0
    assert read_settings(folder) == read_settings(f"{out}.settings.yaml")
    assert_one_error(run(*args, "--force", "--settings", folder), "--settings goes with images")


def test_a_model_is_trained_with_settings(run: Run, trees: Path, tmp_path: Path) -> None:
    """A file given to train means what the same settings mean to `learn.fit`."""
    file, out = tmp_path / "s.yaml", tmp_path / "m.imgpipe"
    file.write_text(ODD)
    args = ["train", trees, "--model", "forest", "--jobs", 1, "--settings", file, "--out", out]
    assert run(*args).exit_code == 0
    data = datasets.load(str(trees))
    own = {"families": ["intensity", "glcm"], "bin_width": 9.0}
    other = {"range": (-np.inf, 200), "spacing": (1, 2),
             "resampling": {"spacing": [None, 1], "rounding": True}}  # fmt: skip
    fitted = learn.fit(data, "forest", **own, extraction=other)
    expected = bundle.Predictor(fitted).predict_proba(data.images)
    found = bundle.load(out).predict_proba(data.images)
    assert found == pytest.approx(expected, abs=1e-6)
    with pytest.raises(InputError, match="no setting of extraction is named 'bins'"):
        learn.make_pipeline("svm", extraction={"bins": 8})


@pytest.mark.parametrize("key", ["label: 2", "channel_axis: -1"])
def test_what_data_say_is_not_set(key: str, run: Run, trees: Path, tmp_path: Path) -> None:
    """Settings that the images of a comparison bring along are refused by name."""
    file = tmp_path / "s.yaml"
    file.write_text(f"imgpipe_settings: 1\n{key}\n")
    args = ["compare", trees, "--models", "dummy", "--settings", file, "--out", tmp_path / "run"]
    assert_one_error(run(*args), "s.yaml", key.split(":")[0], "set it to null")
