"""`train`, `predict`, `evaluate` and `compare` with a network."""

import csv
import io
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error

ABSENT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" or name.startswith("torch."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from imgpipe.cli import main
main()
"""


# a pickle that asks for torch.nn.Linear and ends
ASKS_FOR_TORCH = b"ctorch.nn\nLinear\n."


@pytest.fixture
def torch() -> None:
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'imgpipe[cnn]'")


def halves(n: int = 40, size: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Noise whose left or right half is brighter."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    images = rng.integers(0, 100, (n, size, size)).astype(np.uint8)
    images[labels == 0, :, : size // 2] += 100
    images[labels == 1, :, size // 2 :] += 100
    return images, labels


def write(path: Path, images: np.ndarray, labels: np.ndarray, split: bool = False) -> Path:
    """Write an archive, half of it for training if it is split."""
    arrays = {"images": images, "labels": labels}
    if split:
        n = len(labels)
        ends = (n // 2, 3 * n // 4)
        parts = {"train": slice(ends[0]), "val": slice(*ends), "test": slice(ends[1], n)}
        arrays = {
            f"{name}_{kind}": values[part]
            for name, part in parts.items()
            for kind, values in (("images", images), ("labels", labels))
        }
    np.savez(path, **arrays)
    return path


# suffix of a file, and what opening it takes
KEPT = pytest.mark.parametrize(("suffix", "trust"), [(".imgpipe", []), (".joblib", ["--trust"])])


@KEPT
def test_a_network_is_trained_kept_and_used(
    suffix: str, trust: list[str], run: Run, torch: None, trees: Path, tmp_path: Path
) -> None:
    """A trained network predicts files and is judged, as any other model."""
    model = tmp_path / f"net{suffix}"
    done = run("train", trees, "--model", "cnn", "--out", model, "--jobs", 1)
    assert done.exit_code == 0
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == [
        " no patient column",
        " 20 patients or images are few to tell which new ones are out of distribution",
    ]
    files = sorted(trees.rglob("*.png"))
    done = run("predict", model, *trust, *files)
    assert (done.exit_code, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["id"] for row in rows] == [str(file) for file in files]
    sums = [float(row["p_benign"]) + float(row["p_malignant"]) for row in rows]
    assert sums == pytest.approx([1.0] * len(rows))
    done = run("evaluate", model, trees, *trust, "--out", tmp_path / "run", "--jobs", 2)
    assert done.exit_code == 0, done.stderr
    assert "20 of 20 images were used to train this model" in done.stderr


@KEPT
def test_an_interrupted_training_is_kept(
    suffix: str,
    trust: list[str],
    run: Run,
    torch: None,
    trees: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C during `train` writes the best weights so far and says so; exit code 130."""
    from imgpipe.learn.networks.fitting import training

    real, calls = training.step, 0

    def interrupted(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(training, "step", interrupted)
    model = tmp_path / f"net{suffix}"
    done = run("train", trees, "--model", "cnn", "--out", model, "--jobs", 1)
    assert done.exit_code == 130
    assert done.stderr == (
        f"Error: training was interrupted; {model} holds the best weights so far\n"
    )
    assert run("predict", model, *trust, trees / "benign/00.png").exit_code == 0
    told = run("inspect", model, *trust, "--json").stdout
    assert "not be flagged: training was interrupted" in told
    model.unlink()
    # in the first epoch there is nothing to keep; a comparison keeps nothing at all
    for args in (
        ("train", trees, "--model", "cnn", "--out", model),
        ("compare", trees, "--models", "cnn", "--out", tmp_path / "run"),
    ):
        calls = 4 if args[0] == "train" else 0
        done = run(*args, "--jobs", 1)
        assert (done.exit_code, done.stdout) == (130, "")
        assert done.stderr == "Error: interrupted; nothing was written\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("nan", ("image 3 (val)", "NaN or infinity")),
        ("huge", ("image 2 (train)", "values beyond 1e+37")),
        ("single", ("class 1 has one sample", "two or more")),
        ("small", ("images of 3x3 pixels", "4x4 or more", "--size 4")),
    ],
)
@pytest.mark.parametrize("verb", ["train", "compare"])
def test_bad_images_are_one_line(
    run: Run, torch: None, tmp_path: Path, verb: str, data: str, words: tuple[str, ...]
) -> None:
    """What a network cannot take is named by its number and part, and nothing is written."""
    images, labels = halves()
    values = images.astype(np.float64)
    if data == "nan":
        values[23, 1, 1] = np.nan  # the fourth of the validation part
    elif data == "huge":
        values[2, 1, 1] = 1e300
    elif data == "single":
        labels = np.where(np.arange(40) < 20, np.arange(40) == 3, labels).astype(int)
    elif data == "small":
        values = values[:, :3, :3]
    folder = tmp_path / "data"
    folder.mkdir()
    source = write(folder / "set.npz", values, labels, split=True)
    which = ("--model", "cnn") if verb == "train" else ("--models", "cnn")
    out = tmp_path / ("net.joblib" if verb == "train" else "run")
    assert_one_error(run(verb, source, *which, "--out", out, "--jobs", 1), *words)
    assert not out.exists()


def test_a_fold_names_the_image_of_the_data_set(run: Run, torch: None, tmp_path: Path) -> None:
    """In cross-validation too the number is that of the file's image, not of the fold's."""
    images, labels = halves()
    values = images.astype(np.float32)
    values[37, 0, 0] = np.inf
    source = write(tmp_path / "set.npz", values, labels)
    done = run("compare", source, "--models", "cnn", "--folds", 2, "--out", tmp_path / "run")
    assert_one_error(done, "image 37 holds NaN or infinity")


def test_the_smallest_budget_gives_a_report(run: Run, torch: None, tmp_path: Path) -> None:
    """A budget of next to nothing ends each training after a batch, and the report says so."""
    source = write(tmp_path / "set.npz", *halves())
    args = ("--models", "cnn", "--folds", 2, "--budget-seconds", 1e-6, "--jobs", 1)
    done = run("compare", source, *args, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    text = (tmp_path / "run/report.html").read_text()
    assert "ended the training of cnn, which kept the best weights so far" in text


@pytest.mark.full
def test_without_torch_one_line_says_what_to_install(tmp_path: Path, trees: Path) -> None:
    """Training a network, or opening one, without torch ends with one line and exit code 2."""
    model = tmp_path / "net.joblib"
    model.write_bytes(zlib.compress(ASKS_FOR_TORCH))
    for args in (
        ("train", trees, "--model", "cnn", "--out", tmp_path / "new.joblib"),
        ("predict", model, "--trust", trees / "benign/00.png"),
        ("evaluate", model, trees, "--trust", "--out", tmp_path / "run"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", ABSENT, *map(str, args)], capture_output=True, text=True
        )
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert "needs PyTorch: pip install torch, or pip install 'imgpipe[cnn]'" in line
    assert list(tmp_path.iterdir()) == [model]
