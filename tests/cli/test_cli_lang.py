"""Pages in another language; one that there is not is refused before any work."""

from pathlib import Path

from cli_helpers import Run, assert_one_error


def test_a_run_folder_has_its_report_in_chinese(run: Run, trees: Path, tmp_path: Path) -> None:
    args = ["compare", trees, "--models", "dummy", "--folds", 2, "--jobs", 1]
    done = run(*args, "--lang", "zh", "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in page
    assert "张图像" in page


def test_findings_are_told_in_chinese(run: Run, trees: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("check", trees, "--html", page, "--lang", "zh", "--jobs", 1)
    assert done.exit_code in (0, 1), done.stderr
    assert '<html lang="zh-Hans">' in page.read_text(encoding="utf-8")


def test_an_unknown_language_stops_before_the_data_are_read(run: Run, tmp_path: Path) -> None:
    done = run("compare", tmp_path / "nowhere", "--lang", "cn", "--out", tmp_path / "run")
    assert_one_error(done, "no language is named 'cn'; choose from en, zh")
    assert list(tmp_path.iterdir()) == []
