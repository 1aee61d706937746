"""Each bad input gets one readable error and exit code 2, and leaves nothing behind."""

import errno
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run, assert_one_error, left_beside, start, write_tree

Case = tuple[list[object], list[str]]
RUN_JSON = '{"versions": {}, "seed": 0, "data_hash": "", "command": null}'


def missing(root: Path) -> Case:
    return [root / "nowhere"], ["nowhere", "no such file"]


def empty_folder(root: Path) -> Case:
    (root / "void").mkdir()
    return [root / "void"], ["void", "no images"]


def text_as_png(root: Path) -> Case:
    tree = write_tree(root / "scans")
    (tree / "benign" / "notes.png").write_text("patient was well")
    return [tree], ["notes.png", "not an image"]


def truncated_png(root: Path) -> Case:
    tree = write_tree(root / "scans")
    path = tree / "benign" / "00.png"
    path.write_bytes(path.read_bytes()[:-30])
    return [tree], ["00.png", "truncated"]


def nan_pixels(root: Path) -> Case:
    tree = root / "scans"
    for label in ("benign", "malignant"):
        (tree / label).mkdir(parents=True)
        for i in range(6):
            np.save(tree / label / f"{i}.npy", np.random.default_rng(i).random((12, 12)))
    np.save(tree / "malignant" / "spoilt.npy", np.full((12, 12), np.nan))
    return [tree], ["spoilt.npy holds 144 NaN or infinite pixels; replace them"]


def one_class(root: Path) -> Case:
    tree = write_tree(root / "scans")
    (tree / "benign").rename(root / "aside")
    return [tree], ["malignant", "one class only"]


def few_patients(root: Path) -> Case:
    manifest = write_manifest(root, patients=3)
    return [manifest, "--groups", "patient"], ["patients", "5 folds", "--folds"]


def npz_without_keys(root: Path) -> Case:
    np.savez(root / "x.npz", pixels=np.zeros((4, 8, 8), np.uint8))
    return [root / "x.npz"], ["x.npz", "'images'", "pixels"]


def npz_with_objects(root: Path) -> Case:
    np.savez(root / "x.npz", images=np.array([None, {}], dtype=object), labels=np.array([0, 1]))
    return [root / "x.npz"], ["x.npz", "'images'", "object"]


def no_such_column(root: Path) -> Case:
    return [write_manifest(root), "--groups", "hospital"], ["'hospital'", "patient"]


def write_manifest(root: Path, patients: int = 10) -> Path:
    """Write a manifest over the tree, with a column that names patients of both classes."""
    tree = write_tree(root / "scans")
    rows = ["path,label,patient"]
    for i, file in enumerate(sorted(tree.rglob("*.png"))):
        rows.append(f"{file.relative_to(root)},{file.parent.name},P{i % patients}")
    (root / "scans.csv").write_text("\n".join(rows))
    return root / "scans.csv"


CASES = [
    missing,
    empty_folder,
    text_as_png,
    truncated_png,
    nan_pixels,
    one_class,
    few_patients,
    npz_without_keys,
    npz_with_objects,
    no_such_column,
]


@pytest.mark.parametrize("case", CASES)
def test_compare_refuses(case: Callable[[Path], Case], tmp_path: Path, run: Run) -> None:
    """`compare` gives one error that names the trouble, and writes nothing."""
    args, words = case(tmp_path)
    before = left_beside(tmp_path / "run")
    done = run("compare", *args, "--models", "dummy", "--jobs", 1, "--out", tmp_path / "run")
    assert_one_error(done, *words)
    assert left_beside(tmp_path / "run") == before


@pytest.mark.parametrize("case", [c for c in CASES if c is not few_patients])
def test_train_refuses(case: Callable[[Path], Case], tmp_path: Path, run: Run) -> None:
    """`train` gives the same errors."""
    args, words = case(tmp_path)
    before = left_beside(tmp_path / "m.joblib")
    assert_one_error(run("train", *args, "--out", tmp_path / "m.joblib"), *words)
    assert left_beside(tmp_path / "m.joblib") == before


@pytest.mark.parametrize("case", [missing, empty_folder, npz_without_keys, npz_with_objects])
def test_extract_refuses(case: Callable[[Path], Case], tmp_path: Path, run: Run) -> None:
    """`extract` refuses a source without any image."""
    args, words = case(tmp_path)
    before = left_beside(tmp_path / "f.csv")
    assert_one_error(run("extract", *args, "--out", tmp_path / "f.csv"), words[0])
    assert left_beside(tmp_path / "f.csv") == before


def test_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The program as people start it behaves as it does in these tests."""
    process = start("compare", tmp_path / "nowhere", "--out", tmp_path / "run")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith(f"Error: {tmp_path / 'nowhere'}: no such file")
    assert err.count("\n") == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda out: out.write_text("mine"), ["is a file"]),
        (lambda out: (out.mkdir(), (out / "thesis.txt").write_text("mine")), ["holds other files"]),
        (lambda out: out.symlink_to(out.parent / "gone"), ["link to nothing"]),
        (lambda out: (out.parent / "run").symlink_to(out.parent / "run"), ["link to nothing"]),
    ],
)
def test_run_folder_is_checked_first(
    prepare: Callable[[Path], object], words: list[str], tmp_path: Path, run: Run
) -> None:
    """A folder that holds something else is refused before the data are even looked for."""
    prepare(tmp_path / "run")
    done = run("compare", tmp_path / "nowhere", "--out", tmp_path / "run")
    assert_one_error(done, str(tmp_path / "run"), *words)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"run.json": RUN_JSON, "mine.txt": "mine"}, "mine.txt"),
        ({"run.json": "{}", "thesis.docx": "mine"}, "thesis.docx"),
        ({"run.json": '{"seed": 1}'}, "run.json"),
        ({"run.json": "no JSON"}, "run.json"),
        ({"predictions.csv": "mine"}, "predictions.csv"),
    ],
)
def test_run_folder_keeps_what_is_not_ours(
    files: dict[str, str], named: str, tmp_path: Path, run: Run
) -> None:
    """A folder with a file that no run wrote is refused by that file's name, and left as it is."""
    out = tmp_path / "run"
    out.mkdir()
    for name, text in files.items():
        (out / name).write_text(text)
    done = run("compare", "synthetic-nodules", "--out", out)
    assert_one_error(done, "holds other files", f"({named})")
    assert {path.name: path.read_text() for path in out.iterdir()} == files


def test_run_folder_below_a_file(tmp_path: Path, run: Run) -> None:
    """A path through a file is refused."""
    (tmp_path / "notes").write_text("mine")
    done = run("compare", "x", "--out", tmp_path / "notes" / "run")
    assert_one_error(done, "notes is a file")


def test_run_folder_is_not_where_we_are(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder one is in is not replaced under one's feet."""
    monkeypatch.chdir(tmp_path)
    assert_one_error(run("compare", "x", "--out", "."), "the folder you are in")


def test_out_that_cannot_be_made(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place where nothing can be made is found before the data are even looked for."""

    def refuse(**_: object) -> str:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "scratch")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    for verb, out in (("compare", "run"), ("extract", "f.csv"), ("train", "m.joblib")):
        done = run(verb, tmp_path / "nowhere", "--out", tmp_path / out)
        assert_one_error(done, str(tmp_path / out), "Read-only file system")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_run_folder_without_permission(tmp_path: Path, run: Run) -> None:
    """A folder that cannot be written is refused before any work."""
    tmp_path.chmod(0o500)
    assert_one_error(run("compare", "x", "--out", tmp_path / "run"), "no permission")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["compare", "synthetic-nodules", "--models", "svn", "--out", "run"], ["'svn'", "svm"]),
        (["compare", "synthetic-nodules", "--models", ",", "--out", "run"], ["--models"]),
        (["train", "x", "--out", "m"], [".imgpipe or .joblib", "found none"]),
        (["train", "x", "--out", "m.pkl"], [".joblib", ".pkl"]),
        (["extract", "x", "--out", "f.xlsx"], [".csv", ".parquet", ".xlsx"]),
        (["extract", "synthetic-nodules", "--families", "glmc", "--out", "f.csv"], ["'glmc'"]),
        (["predict", "m.joblib", "a.png", "--out", "p.txt"], [".csv", ".txt"]),
        (["compare", "x", "--out", "run", "--seed", "4294967296"], ["--seed", "4294967295"]),
        (["train", "x", "--out", "m.joblib", "--seed", "4294967296"], ["--seed", "4294967295"]),
        (["evaluate", "m.joblib", "x", "--out", "run", "--seed", "-1"], ["--seed", "4294967295"]),
        (
            ["compare", "x", "--out", "run", "--seed", "4294967295", "--seeds", "2"],
            ["--seeds", "4294967295"],
        ),
        (["compare", "x", "--out", ""], ["--out is empty"]),
        (["train", "x", "--out", ""], ["--out is empty"]),
        (["extract", "x", "--out", ""], ["--out is empty"]),
        (["compare", "x", "--out", "run", "--budget-seconds", "nan"], ["--budget-seconds is nan"]),
        (["compare", "x", "--out", "run", "--budget-seconds", "inf"], ["--budget-seconds is inf"]),
        (["filter", "median", "a.png", "b.gif"], [".png", ".gif"]),
    ],
)
def test_arguments_that_cannot_be(
    args: list[str], words: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments that cannot be used name what would do."""
    monkeypatch.chdir(tmp_path)
    assert_one_error(run(*args), *words)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "args", [["extract", "good.csv"], ["predict", "m.joblib", "a.png", "good.csv"]]
)
def test_input_is_not_replaced(
    args: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest that is read is not written over, whatever name --out gives it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text("path,label\na.png,x\n")
    (tmp_path / "link.csv").symlink_to("good.csv")
    for out in ("good.csv", "./good.csv", "link.csv"):
        assert_one_error(run(*args, "--out", out), "good.csv is an input")
    assert (tmp_path / "good.csv").read_text() == "path,label\na.png,x\n"


def test_message_survives_a_poor_terminal(tmp_path: Path) -> None:
    """A name that the terminal cannot show does not turn an error into a traceback."""
    name = "r\N{LATIN SMALL LETTER O WITH DIAERESIS}ntgen"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    process = start("filter", "median", tmp_path / name, tmp_path / "out.png", env=environment)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "ntgen" in err
    assert "Traceback" not in err


def test_disk_full(tmp_path: Path) -> None:
    """A full disk is one line and exit code 2."""
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [os.sys.executable, "-c", "from imgpipe.cli import main; main()", "datasets", "list"],  # type: ignore[attr-defined]
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["compare", "check", "train"])
def test_an_empty_name_is_no_data(verb: str, run: Run, tmp_path: Path) -> None:
    """A script with an unset variable does not mean the folder that it runs in."""
    out = {"compare": ["--out", tmp_path / "run"], "train": ["--out", tmp_path / "m.joblib"]}
    done = run(verb, "", *out.get(verb, []))
    assert done.exit_code == 2
    assert "DATA is empty" in done.stderr
    assert not list(tmp_path.iterdir())
