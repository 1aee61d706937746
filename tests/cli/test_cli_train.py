"""`imgpipe train`: which file a model becomes, and what happens where it cannot."""

import json
from pathlib import Path
from typing import Any

import pytest
from cli_helpers import Run, assert_one_error, left_beside
from sklearn.naive_bayes import GaussianNB

from imgpipe import InputError, bundle, learn
from imgpipe.bundle import files
from imgpipe.learn import CLASSIFIERS

SETTINGS = ["--families", "intensity", "--jobs", "1"]


@pytest.mark.parametrize("name", ["m", "m.onnx", "m.pkl"])
def test_both_suffixes_are_named(name: str, run: Run, trees: Path, tmp_path: Path) -> None:
    """Another suffix, or none, is refused before any work."""
    done = run("train", trees, "--out", tmp_path / name)
    assert_one_error(done, "needs the suffix .imgpipe or .joblib, found")
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_written_and_needs_no_trust(run: Run, trees: Path, tmp_path: Path) -> None:
    """It predicts as the pickle of the same training; --trust is told to be needless."""
    said = []
    for suffix in (".imgpipe", ".joblib"):
        out = tmp_path / f"m{suffix}"
        done = run("train", trees, "--model", "svm", "--out", out, *SETTINGS)
        assert done.exit_code == 0, done.stderr
        assert f"Model: {out}" in done.stdout
        predicted = run("predict", out, trees / "benign", "--json", "--trust")
        assert ("--trust changes nothing" in predicted.stderr) == (suffix == ".imgpipe")
        said.append(json.loads(predicted.stdout))
    for one, other in zip(*said, strict=True):
        assert (one["id"], one["predicted"]) == (other["id"], other["predicted"])
        assert one["p_benign"] == pytest.approx(other["p_benign"], abs=1e-6)
    again = run("train", trees, "--model", "svm", "--out", tmp_path / "m.imgpipe", *SETTINGS)
    assert_one_error(again, "m.imgpipe is there already; add --force")


def test_evaluate_takes_a_bundle(run: Run, trees: Path, tmp_path: Path) -> None:
    """Metrics are those of the pickle; images of the training are counted by their digests."""
    found = []
    for suffix in (".imgpipe", ".joblib"):
        model, out = tmp_path / f"m{suffix}", tmp_path / f"run{suffix}"
        assert run("train", trees, "--out", model, *SETTINGS).exit_code == 0
        trust = ["--trust"] if suffix == ".joblib" else []
        done = run("evaluate", model, trees, "--out", out, "--jobs", 2, "--json", *trust)
        assert done.exit_code == 0, done.stderr
        result = json.loads((out / "result.json").read_text())
        assert any("20 images were used to train" in w for w in result["dataset"]["warnings"])
        found.append(result["models"]["m"]["metrics"])
        assert (out / "report.html").is_file()
    for name, metric in found[0].items():
        assert metric["value"] == pytest.approx(found[1][name]["value"], abs=1e-6)


@pytest.fixture
def bayes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier of another package, which no writer knows."""
    builder = learn.Builder(lambda random_state, n_jobs: GaussianNB(), "naive Bayes")
    monkeypatch.setitem(CLASSIFIERS, "bayes", builder)


@pytest.mark.usefixtures("bayes")
def test_what_no_bundle_holds_is_said_before_the_fit(
    run: Run, trees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the class, with the ways out."""
    monkeypatch.setattr(learn, "fit", pytest.fail)
    train = ["train", trees, "--model", "bayes", *SETTINGS]
    done = run(*train, "--out", tmp_path / "m.imgpipe")
    assert_one_error(done, "GaussianNB cannot be written", "to_onnx(graph, x)", ".joblib")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [InputError("labels differ"), RuntimeError("a bug")])
def test_a_model_that_fails_the_gate_is_not_lost(
    error: Exception, run: Run, trees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept as a pickle under a name that no file has, and the error names it."""
    right = files.save

    def save(model: Any, path: Any, **settings: Any) -> None:
        if str(path).endswith(".imgpipe"):
            raise error
        right(model, path, **settings)

    monkeypatch.setattr(bundle, "save", save)
    (tmp_path / "m.joblib").write_bytes(b"another")
    done = run("train", trees, "--model", "dummy", "--out", tmp_path / "m.imgpipe", *SETTINGS)
    assert done.exit_code == (2 if isinstance(error, InputError) else 70)
    assert str(error) in done.stderr
    assert "m-2.joblib holds the model; it opens with --trust" in done.stderr
    assert left_beside(tmp_path / "m.imgpipe") == ["m-2.joblib", "m.joblib"]
    assert (tmp_path / "m.joblib").read_bytes() == b"another"
    assert bundle.load(tmp_path / "m-2.joblib", trust=True).classes == ("benign", "malignant")


def test_a_full_disk_leaves_nothing(
    run: Run, trees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no pickle beside, and no half of a file."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "m.imgpipe"))

    monkeypatch.setattr(bundle, "save", full)
    done = run("train", trees, "--model", "dummy", "--out", tmp_path / "m.imgpipe", *SETTINGS)
    assert_one_error(done, "m.imgpipe: No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named_before_the_fit(
    run: Run, trees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph needs onnx to be written; trees do not."""
    monkeypatch.setattr("imgpipe.bundle.writing.ahead.find_spec", lambda name: None)
    done = run("train", trees, "--model", "svm", "--out", tmp_path / "m.imgpipe", *SETTINGS)
    assert_one_error(done, "m.imgpipe: writing a .imgpipe file needs onnx: pip install onnx")
    bundle.check_writable(learn.make_pipeline("forest"), "m.imgpipe")


def test_cases_of_a_network_are_refused(run: Run, trees: Path, tmp_path: Path) -> None:
    """It computes no features by which the nearest could be found."""
    pytest.importorskip("torch")
    done = run(
        "train", trees, "--model", "cnn", "--cases", "pictures", "--out", tmp_path / "m.imgpipe"
    )
    assert_one_error(done, "cnn computes no features", "leave cases at none")


@pytest.mark.parametrize("verb", ["compare", "check", "train", "evaluate", "report", "extract"])
def test_a_model_where_data_are_meant(verb: str, run: Run, trees: Path, tmp_path: Path) -> None:
    """One line says that the file is a model, or what the verb takes instead."""
    model = tmp_path / "m.imgpipe"
    assert run("train", trees, "--model", "dummy", "--out", model, *SETTINGS).exit_code == 0
    given = {
        "compare": ["--models", "dummy", "--out", tmp_path / "run"],
        "check": [],
        "train": ["--out", tmp_path / "n.imgpipe"],
        "evaluate": [model, "--out", tmp_path / "run"],
        "report": ["--out", tmp_path / "r.html"],
        "extract": ["--out", tmp_path / "f.csv"],
    }[verb]
    done = run(verb, model, *given)
    assert done.exit_code == (1 if verb == "extract" else 2)
    words = {"report": "give the folder of a run", "extract": ".imgpipe model"}
    assert words.get(verb, "a model, not a data set") in done.stderr
    image = run("predict", model, model)
    assert image.exit_code == 1
    assert ".imgpipe model" in image.stderr
