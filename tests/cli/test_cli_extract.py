"""`extract`: one row an image, whatever happens on the way."""

import csv
import json
import os
import re
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_helpers import Run, assert_one_error, left_beside, start
from PIL import Image

from imgpipe._runtime.journal import Block, Journal
from imgpipe.features import extract


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_values_are_the_library_s(run: Run, trees: Path, tmp_path: Path) -> None:
    """Each row holds, to the last bit, what `features.extract` gives for the image."""
    out = tmp_path / "f.csv"
    done = run("extract", trees, "--families", "intensity,glcm", "--out", out, "--jobs", 1)
    assert (done.exit_code, done.stderr) == (0, "")
    rows = read(out)
    assert [row["id"] for row in rows] == [str(path) for path in sorted(trees.rglob("*.png"))]
    for row in rows[::7]:
        pixels = np.asarray(Image.open(row["id"]))
        expected = extract(pixels, families=["intensity", "glcm"])
        assert list(row) == ["id", "label", *expected]
        assert row["label"] == Path(row["id"]).parent.name
        assert {name: float(row[name]) for name in expected} == expected
    assert left_beside(out) == ["f.csv", "f.csv.settings.yaml"]


def test_a_family_of_images_alone(run: Run, trees: Path, tmp_path: Path) -> None:
    """One that volumes do not have can be asked for by itself."""
    out = tmp_path / "f.csv"
    args = ["extract", trees / "benign", "--families", "hog", "--out", out, "--jobs", 1]
    assert run(*args).exit_code == 0
    row = read(out)[0]
    expected = extract(np.asarray(Image.open(row["id"])), families="hog")
    assert {name: float(row[name]) for name in expected} == expected


@pytest.mark.parametrize("option", ["--ivh-bins", "--ivh-bin-width"])
def test_bins_of_the_intensity_volume_histogram(
    option: str, run: Run, trees: Path, tmp_path: Path
) -> None:
    """They are what `features.extract` means by the same name."""
    out = tmp_path / "f.csv"
    settings = ["--families", "ivh", option, 7, "--jobs", 1]
    assert run("extract", trees / "benign", "--out", out, *settings).exit_code == 0
    row = read(out)[0]
    given = {option[2:].replace("-", "_"): 7}
    expected = extract(np.asarray(Image.open(row["id"])), families="ivh", **given)
    assert {name: float(row[name]) for name in expected} == expected


def test_any_sizes_and_bad_files(run: Run, tree: Path, tmp_path: Path) -> None:
    """Sizes may differ; a bad file is a row with its reason, named on stderr; exit code 1."""
    Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30)).save(tree / "wide.png")
    (tree / "note.png").write_text("not pixels")
    (tree / "benign" / "00.png").write_bytes((tree / "benign" / "00.png").read_bytes()[:-30])
    Image.fromarray(np.eye(9, 27, dtype=np.uint8).reshape(9, 9, 3)).save(tree / "zz.png")
    out = tmp_path / "f.csv"
    done = run("extract", tree, "--families", "intensity", "--out", out, "--jobs", 1)
    assert done.exit_code == 1
    table = pd.read_csv(out, index_col="id", keep_default_na=False)
    assert len(table) == 23
    assert float(table.loc[str(tree / "wide.png"), "intensity_maximum"]) == 599
    bad = table[table["error"] != ""]
    reasons = {Path(name).name: row["error"] for name, row in bad.iterrows()}
    assert set(reasons) == {"00.png", "note.png", "zz.png"}
    assert "truncated" in reasons["00.png"]
    assert "cannot share a table" in reasons["zz.png"]
    assert done.stderr.splitlines() == [f"Error: {text}" for text in bad["error"]]


def test_manifest_keeps_its_labels(run: Run, trees: Path, tmp_path: Path) -> None:
    """Label, group and split of a manifest stand beside the features."""
    rows = ["path,label,group,site"]
    rows += [f"{path},{path.parent.name},P{i},x" for i, path in enumerate(trees.rglob("*.png"))]
    (tmp_path / "scans.csv").write_text("\n".join(rows))
    out = tmp_path / "f.csv"
    assert run("extract", tmp_path / "scans.csv", "--families", "intensity", "--out", out,
               "--jobs", 1).exit_code == 0  # fmt: skip
    table = pd.read_csv(out)
    assert list(table.columns[:3]) == ["id", "label", "group"]
    assert [Path(i).parent.name for i in table["id"]] == table["label"].tolist()


def test_split_folders_give_label_and_split(run: Run, trees: Path, tmp_path: Path) -> None:
    """The folders of a split tree become the columns label and split."""
    for part in ("Train", "test"):
        shutil.copytree(trees, tmp_path / "scans" / part)
    out = tmp_path / "f.csv"
    args = ["--families", "intensity", "--jobs", 1, "--out", out]
    assert run("extract", tmp_path / "scans", *args).exit_code == 0
    for row in read(out):
        part, label, _ = Path(row["id"]).parts[-3:]
        assert (row["label"], row["split"]) == (label, part.lower())


def test_folders_that_are_no_classes(run: Run, trees: Path, tmp_path: Path) -> None:
    """One folder of images, or images beside folders, give no label."""
    out = tmp_path / "f.csv"
    args = ["--families", "intensity", "--jobs", 1, "--force", "--out", out]
    assert run("extract", trees / "benign", *args).exit_code == 0
    assert "label" not in read(out)[0]
    shutil.copytree(trees / "benign", tmp_path / "scans" / "DICOM")
    assert run("extract", tmp_path / "scans", *args).exit_code == 0
    assert "label" not in read(out)[0]


def test_groups_are_copied(run: Run, trees: Path, tmp_path: Path) -> None:
    """--groups copies a manifest's column as group; other sources and names are refused."""
    files = sorted(trees.rglob("*.png"))
    rows = ["path,label,patient"]
    rows += [f"{path},{path.parent.name},P{i // 2}" for i, path in enumerate(files)]
    (tmp_path / "scans.csv").write_text("\n".join(rows))
    out = tmp_path / "f.csv"
    args = ["--families", "intensity", "--jobs", 1, "--force", "--out", out, "--groups"]
    assert run("extract", tmp_path / "scans.csv", *args, "patient").exit_code == 0
    assert list(read(out)[0])[:3] == ["id", "label", "group"]
    assert [row["group"] for row in read(out)] == [f"P{i // 2}" for i in range(len(files))]
    assert_one_error(run("extract", tmp_path / "scans.csv", *args, "who"), "'who'", "patient")
    assert_one_error(run("extract", trees, *args, "patient"), "--groups", "manifest")


def test_parquet_names_what_it_lacks(
    run: Run, trees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pyarrow a parquet table is refused before the work, with the package to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = run("extract", trees, "--out", tmp_path / "f.parquet")
    assert_one_error(done, "pip install pyarrow", "write .csv")


def test_archive_and_parquet(run: Run, tmp_path: Path) -> None:
    """An archive with labels gives a parquet table of the same numbers as CSV."""
    pytest.importorskip("pyarrow")
    pixels = np.random.default_rng(0).integers(0, 4000, (6, 10, 10), np.uint16)
    np.savez(tmp_path / "x.npz", images=pixels, labels=np.array([0, 1] * 3))
    args = ["extract", tmp_path / "x.npz", "--families", "intensity", "--jobs", 1, "--json"]
    found = json.loads(run(*args, "--out", tmp_path / "f.parquet").stdout)
    assert found["images"] == 6
    assert found["failed"] == []
    assert run(*args, "--out", tmp_path / "f.csv").exit_code == 0
    a = pd.read_parquet(tmp_path / "f.parquet")
    b = read(tmp_path / "f.csv")
    assert a["label"].tolist() == [row["label"] for row in b] == ["0", "1"] * 3
    names = [name for name in a.columns if name.startswith("intensity")]
    assert len(names) == found["features"]
    assert np.array_equal(a[names].to_numpy(), [[float(row[n]) for n in names] for row in b])


@pytest.mark.slow
@pytest.mark.jit
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_stopped_and_resumed_gives_the_same_bytes(
    sent: signal.Signals, run: Run, tmp_path: Path
) -> None:
    """A process killed or interrupted and then resumed writes the bytes of an undisturbed one."""
    pixels = np.random.default_rng(0).integers(0, 4000, (900, 96, 96), np.uint16)
    np.savez(tmp_path / "x.npz", images=pixels)
    args = ["extract", tmp_path / "x.npz", "--families", "glcm", "--jobs", 1]
    assert run(*args, "--out", tmp_path / "whole.csv").exit_code == 0
    out, part = tmp_path / "stopped.csv", tmp_path / "stopped.csv.part"
    for _ in range(5):
        with start(*args, "--out", out) as process:
            deadline = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < deadline:
                if part.exists() and part.stat().st_size > 100_000:
                    break
                time.sleep(0.005)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
            _, err = process.communicate(timeout=30)
        if not out.exists():
            break
        out.unlink()  # it was faster than the signal
    assert not out.exists()
    kept = sum(map(int, re.findall(rb'"at": \d+, "rows": (\d+)', part.read_bytes())))
    assert 0 < kept < 900
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert err.count("\n") == 1
        assert f"interrupted; {kept} of 900 images are kept" in err
        assert "--resume" in err
    with start(*args, "--out", out, "--resume") as process:
        process.communicate(timeout=120)
    assert process.returncode == 0
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not part.exists()


def test_resume_goes_by_what_is_kept(run: Run, trees: Path, tmp_path: Path) -> None:
    """Rows of the part file are taken over, and only the others are computed."""
    out, part = tmp_path / "f.csv", tmp_path / "f.csv.part"
    args = ["extract", trees, "--families", "intensity", "--jobs", 1, "--out", out]
    assert run(*args).exit_code == 0
    whole = out.read_bytes()
    out.unlink()
    header = part_header(run, trees, tmp_path)
    names = whole.decode().splitlines()[0].split(",")[2:]
    kept = Journal(part, header)
    kept.add(Block(np.full((1, len(names)), 7.0)), names)
    kept.close()
    assert run(*args, "--resume").exit_code == 0
    lines = out.read_text().splitlines()
    assert lines[1].split(",")[2:] == ["7.0"] * len(names)
    assert lines[2:] == whole.decode().splitlines()[2:]


def part_header(run: Run, trees: Path, tmp_path: Path) -> dict[str, object]:
    """Header that `extract` writes for the trees and the family intensity."""
    import imgpipe
    from imgpipe.datasets import find_images
    from imgpipe.datasets.files.fingerprint import fingerprint

    images = fingerprint(find_images(trees))
    settings: dict[str, object]
    settings = {"families": ["intensity"], "aggregation": ["default"], "bins": 32}
    for name in ("bin_width", "low", "range", "outliers", "spacing", "label", "channel_axis"):
        settings[name] = None
    settings |= {"distance": [1], "ivh_bins": None, "ivh_bin_width": None}
    return {"version": imgpipe.__version__, **settings, "images": images}


def test_kept_rows_are_not_thrown_away(run: Run, trees: Path, tmp_path: Path) -> None:
    """Without --resume or --force, a run that was stopped is asked about."""
    out, part = tmp_path / "f.csv", tmp_path / "f.csv.part"
    args = ["extract", trees, "--families", "intensity", "--jobs", 1, "--out", out]
    Journal(part, part_header(run, trees, tmp_path)).close()
    kept = part.read_bytes()
    assert_one_error(run(*args), "f.csv.part", "--resume", "--force")
    assert part.read_bytes() == kept
    assert run(*args, "--force").exit_code == 0
    assert not part.exists()


def test_resume_refuses_other_settings(run: Run, trees: Path, tmp_path: Path) -> None:
    """A part file of other families is not mixed in, nor is one of other images."""
    header = part_header(run, trees, tmp_path)
    Journal(tmp_path / "f.csv.part", header).close()
    args = ["extract", trees, "--out", tmp_path / "f.csv", "--resume", "--jobs", 1]
    assert_one_error(run(*args, "--families", "histogram"), "f.csv.part", "other families")
    args[1] = trees / "benign"
    assert_one_error(run(*args, "--families", "intensity"), "f.csv.part", "other images")


def test_a_table_of_the_same_images_is_replaced(run: Run, trees: Path, tmp_path: Path) -> None:
    """Features can be measured again, so their table gives way to another of the same images."""
    out = tmp_path / "f.csv"
    args = ["extract", trees, "--families", "intensity", "--out", out]
    assert run(*args).exit_code == 0
    first = out.read_text()
    again = run(*args[:2], "--families", "histogram", "--out", out)
    assert again.exit_code == 0
    assert "a table of the same images, is replaced" in again.stderr
    assert out.read_text() != first
    for other in ("id,mean\nx,1\n", "mine,too\n1,2\n", "", "id\n"):
        out.write_text(other)
        assert_one_error(run(*args), "f.csv", "holds no features of these images", "--force")
        assert out.read_text() == other
    assert run(*args, "--force").exit_code == 0
