"""`--filters` and `--bins` of `compare` and `train`: read, checked, and used."""

import json
from pathlib import Path

import joblib
import pytest
from cli_helpers import Run, assert_one_error

from imgpipe import InputError
from imgpipe.cli.program.features import parse_filters
from imgpipe.datasets import load
from imgpipe.evaluate import compare
from imgpipe.learn import make_pipeline


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("median", [("median", {})]),
        ("median:5;gaussian:1.5", [("median", {"size": 5}), ("gaussian", {"sigma": 1.5})]),
        (" mean : 3x5 ; ", [("mean", {"size": (3, 5)})]),
        ("window:lung;zscore", [("window", {"preset": "lung"}), ("zscore", {})]),
        (
            "window:center=40,width=400,function=sigmoid",
            [("window", {"center": 40, "width": 400, "function": "sigmoid"})],
        ),
        ("percentile:2,98", [("percentile", {"low": 2, "high": 98})]),
        ("gamma:0.5", [("gamma", {"gamma": 0.5})]),
        ("erosion:3,mode=nearest", [("erosion", {"size": 3, "mode": "nearest"})]),
        (
            "gaussian:sigma=2,mode=constant,cval=-1.5",
            [("gaussian", {"sigma": 2, "mode": "constant", "cval": -1.5})],
        ),
    ],
)
def test_a_list_of_filters_is_read(text: str, pairs: list[tuple[str, dict[str, object]]]) -> None:
    """A number is the kernel's first setting, others go by name, 3x5 is one number an axis."""
    assert parse_filters(text) == pairs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "--filters: no filter is named"),
        (" ; ", "--filters: no filter is named"),
        ("medain:5", "no filter is named 'medain'; .*did you mean median"),
        ("gaussian", "gaussian needs sigma, such as gaussian:1.5"),
        ("convolve", "convolve needs weights, which a list cannot hold"),
        ("median:big", "'median:big' is not understood; write NAME:NUMBER"),
        ("median:3y5", "'median:3y5' is not understood"),
        ("median:5,sigma=2", "median takes no setting 'sigma'"),
        ("median:5,size=3", "'median:5,size=3' gives a setting twice"),
        ("median:5,3", "'median:5,3' gives median more values than it takes"),
        ("zscore:5", "'zscore:5' gives zscore more values than it takes"),
        ("gamma", "gamma needs gamma, such as gamma:1.5"),
        ("gamma:lung", "'gamma:lung' is not understood"),
        ("window:lungs", "did you mean lung"),
        ("window", "a window needs a preset"),
        ("window:lung,width=5", "leave out either"),
        ("median:axes=0", "median takes no setting 'axes'"),
    ],
)
def test_a_list_that_cannot_be_read(text: str, words: str) -> None:
    """The error names the part that is wrong, and what would do."""
    with pytest.raises(InputError, match=words):
        parse_filters(text)


def test_filters_and_bins_reach_the_models(run: Run, trees: Path, tmp_path: Path) -> None:
    """`compare` gives the scores of the library's pipeline with the same filters and bins."""
    args = ["compare", trees, "--models", "forest", "--folds", 2, "--jobs", 1, "--json"]
    before = ["--filters", "median:3;gaussian:0.7", "--bins", 8, "--families", "histogram"]
    done = run(*args, *before, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    pipeline = make_pipeline(
        "forest",
        filters=[("median", {"size": 3}), ("gaussian", {"sigma": 0.7})],
        families="histogram",
        bins=8,
        random_state=None,
    )
    expected = compare({"forest": pipeline}, load(trees), folds=2).models[0].metrics["auc"].value
    found = json.loads(done.stdout)["models"]["forest"]["metrics"]["auc"]["value"]
    assert found == pytest.approx(expected)


def test_filters_and_bins_are_trained(run: Run, trees: Path, tmp_path: Path) -> None:
    """`train` keeps the filters and bins in the model."""
    args = ["train", trees, "--model", "forest", "--jobs", 1, "--out", tmp_path / "m.joblib"]
    before = ["--filters", "median:5", "--bin-width", 4, "--families", "histogram"]
    assert run(*args, *before).exit_code == 0
    pipeline = joblib.load(tmp_path / "m.joblib")["pipeline"]
    assert pipeline["filter_1"].get_params()["size"] == 5
    assert pipeline["features"].bin_width == 4


def test_networks_take_filters_but_no_bins(run: Run, trees: Path, tmp_path: Path) -> None:
    """What no model would use is refused, before any image is read."""
    args = ["compare", tmp_path / "nowhere", "--models", "cnn", "--out", tmp_path / "run"]
    assert_one_error(run(*args, "--bins", 8), "--bins is of no use", "cnn")
    assert_one_error(run(*args, "--bin-width", 8), "--bin-width is of no use")
    assert_one_error(run(*args, "--filters", "median"), "no such file")
    assert_one_error(run(*args, "--tune", "--filters", "median"), "--tune", "leave out --filters")


@pytest.mark.parametrize(
    ("verb", "names"),
    [
        ("compare", ["svm", "cnn-deep", "ngldm", "white_tophat", "zscore"]),
        ("train", ["svm", "cnn-deep", "ngldm", "white_tophat", "zscore"]),
        ("extract", ["intensity", "ngldm", "SUJT", "KOBO"]),
        ("filter", ["median", "white_tophat", "sigma, truncate", "percentile"]),
    ],
)
def test_help_names_what_there_is(verb: str, names: list[str], run: Run) -> None:
    """Models, families, aggregations and kernels stand in the help of the verbs that take them."""
    shown = run(verb, "--help").stdout
    for name in names:
        assert name in shown


@pytest.mark.parametrize(
    ("args", "meant"),
    [
        (["compare", "x", "--models", "SVM", "--out", "r"], "svm"),
        (["train", "x", "--model", "forrest", "--out", "m.joblib"], "forest"),
        (["compare", "x", "--families", "glmc", "--out", "r"], "glcm"),
        (["extract", "x", "--families", "histograms", "--out", "f.csv"], "histogram"),
        (["extract", "x", "--aggregation", "sujt", "--out", "f.csv"], "SUJT"),
        (["filter", "gaussien", "a.png", "b.png"], "gaussian"),
        (["compare", "x", "--filters", "medain:5", "--out", "r"], "median"),
        (["datasets", "info", "pneumonia"], "pneumoniamnist"),
        (["compare", "synthetic-nodule", "--out", "r"], "synthetic-nodules"),
        (["extract", "synthetic-nodule", "--out", "f.csv"], "synthetic-nodules"),
    ],
)
def test_a_misspelt_name_is_suggested(
    args: list[str], meant: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a name is looked up, the one that may have been meant is named."""
    monkeypatch.chdir(tmp_path)
    assert_one_error(run(*args), f"did you mean {meant}?")
