"""`imgpipe report`: a run's page again, several runs on one page, and what is no run."""

import json
import shutil
from pathlib import Path

import pytest
from cli_helpers import Run, assert_one_error


@pytest.fixture(scope="module")
def folders(trees: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs on the same folds."""
    from click.testing import CliRunner

    from imgpipe.cli import main

    root = tmp_path_factory.mktemp("runs")
    call = ["compare", str(trees), "--jobs", "1", "--least", "1"]
    first = [*call, "--folds", "2", "--models", "dummy", "--out", str(root / "first")]
    second = [*call, "--folds-of", str(root / "first"), "--models", "knn", "--out"]
    for args in (first, [*second, str(root / "second")]):
        done = CliRunner().invoke(main, args)
        assert done.exit_code == 0, done.stderr
    return root


def test_the_same_page_again(run: Run, folders: Path, tmp_path: Path) -> None:
    """Byte for byte what compare wrote, and in another language."""
    done = run("report", folders / "first", "--out", tmp_path / "again.html")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"Report: {tmp_path / 'again.html'}\n"
    assert done.stderr == ""
    again = (tmp_path / "again.html").read_bytes()
    assert again == (folders / "first" / "report.html").read_bytes()
    run("report", folders / "first", "--out", tmp_path / "zh.html", "--lang", "zh")
    assert 'lang="zh-Hans"' in (tmp_path / "zh.html").read_text(encoding="utf-8")


def test_two_runs_on_one_page(run: Run, folders: Path, tmp_path: Path) -> None:
    both = [folders / "first", folders / "second"]
    done = run("report", *both, "--out", tmp_path / "both.html")
    assert done.exit_code == 0, done.stderr
    assert "first/dummy" in done.stdout
    assert "between first/dummy and second/knn" in done.stdout
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "the same images on the same folds" in page
    told = json.loads(run("report", *both, "--out", tmp_path / "b.html", "--json").stdout)
    assert told["runs"] == ["first", "second"]
    assert [(pair["a"], pair["b"]) for pair in told["pairs"]] == [("first/dummy", "second/knn")]
    assert (told["unpaired"], told["warnings"]) == ([], [])
    assert told["out"] == str(tmp_path / "b.html")


def test_runs_that_share_no_images(run: Run, folders: Path, trees: Path, tmp_path: Path) -> None:
    for path in sorted((trees / "benign").iterdir())[:2]:
        shutil.copytree(trees, tmp_path / "scans", dirs_exist_ok=True)
        (tmp_path / "scans" / "benign" / path.name).unlink()
    call = ["compare", tmp_path / "scans", "--models", "dummy", "--folds", 2, "--jobs", 1]
    assert run(*call, "--least", 1, "--out", tmp_path / "third").exit_code == 0
    done = run("report", folders / "first", tmp_path / "third", "--out", tmp_path / "page.html")
    assert done.exit_code == 0, done.stderr
    assert "No test between first and third: they judged other images." in done.stdout


@pytest.mark.filterwarnings("default")
def test_what_was_changed_is_told(run: Run, folders: Path, tmp_path: Path) -> None:
    """On stderr and at the top of the page."""
    copied = shutil.copytree(folders / "second", tmp_path / "edited")
    result = json.loads((copied / "result.json").read_text())
    result["models"]["knn"]["metrics"]["auc"]["value"] = 0.999
    (copied / "result.json").write_text(json.dumps(result))
    (copied / "pictures.npz").unlink(missing_ok=True)
    for others in ([], [folders / "first"]):
        done = run("report", copied, *others, "--out", tmp_path / "page.html", "--force")
        assert done.exit_code == 0, done.stderr
        assert "result.json was changed after" in done.stderr
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        first = page[page.index("Read this first") :]
        first = first[: first.index("</section>")]
        assert "was changed after the run" in first
        assert "AUC of knn is 0.999" in first
    told = json.loads(
        run("report", copied, "--out", tmp_path / "page.html", "--force", "--json").stdout
    )
    assert len(told["warnings"]) >= 2


def test_what_is_no_run_is_refused(run: Run, folders: Path, trees: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    first = folders / "first"
    assert_one_error(run("report", trees, "--out", page), "has no run.json")
    assert_one_error(run("report", tmp_path / "no", "--out", page), "no such folder")
    assert_one_error(run("report", first, first, "--out", page), "is given twice")
    assert_one_error(run("report", first, tmp_path / "no", "--out", page), "no such folder")
    assert_one_error(run("report", "--out", page), "RUN")
    assert_one_error(run("report", first), "nothing to write: give --out FILE or --figures DIR")
    twice = (first, folders / "second")
    assert_one_error(run("report", *twice, "--figures", tmp_path), "--figures draws one run")
    assert_one_error(run("report", first, "--out", tmp_path / "page.pdf"), ".pdf")
    assert_one_error(run("report", first, "--out", page, "--lang", "de"), "choose from en, zh")
    assert not page.exists()
    page.write_text("mine")
    assert_one_error(run("report", first, "--out", page), "--force")
    assert page.read_text() == "mine"
    broken = shutil.copytree(first, tmp_path / "broken")
    (broken / "result.json").write_text("{")
    assert_one_error(run("report", broken, "--out", page, "--force"), "broken/result.json")


def test_changes_that_fit_nowhere_are_no_bug(run: Run, folders: Path, tmp_path: Path) -> None:
    """What no check foresees is put down to the change of a file, and nothing is written."""
    edited = tmp_path / "edited"
    shutil.copytree(folders / "first", edited)
    content = json.loads((edited / "result.json").read_text(encoding="utf-8"))
    content["run"]["wall_seconds"] = None
    (edited / "result.json").write_text(json.dumps(content), encoding="utf-8")
    for others in ([], [folders / "second"]):
        failed = run("report", edited, *others, "--out", tmp_path / "page.html")
        assert failed.exit_code == 2
        assert f"no page can be made of {edited}: files were changed" in failed.stderr
        assert "a bug in imgpipe" not in failed.stderr
    assert sorted(tmp_path.iterdir()) == [edited]
    assert_one_error(run("report", "", "--out", tmp_path / "page.html"), "name of a run is empty")


def test_text_and_figures(run: Run, folders: Path, tmp_path: Path) -> None:
    """report.md again byte for byte, and charts that are replaced only with --force."""
    pytest.importorskip("matplotlib", reason="needs matplotlib: imgpipe[plot]")
    first, figures = folders / "first", tmp_path / "figures"
    done = run("report", first, "--out", tmp_path / "again.md", "--figures", figures)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "again.md").read_bytes() == (first / "report.md").read_bytes()
    assert f"Figure: {figures / 'leaderboard.svg'}" in done.stdout
    assert_one_error(run("report", first, "--figures", figures), "is there already; --force")
    done = run("report", first, "--figures", figures, "--force", "--json")
    told = json.loads(done.stdout)
    assert told["out"] is None
    assert sorted(told["figures"]) == sorted(str(path) for path in figures.iterdir())
