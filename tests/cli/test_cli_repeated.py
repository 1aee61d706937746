"""The command that a run notes repeats it: in its folder, with names that a shell would divide."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
from cli_helpers import Run


@pytest.mark.full
def test_the_noted_command_repeats_the_run(
    run: Run, trees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a folder"
    shutil.copytree(trees, home / 'it\'s $HOME; "scans"')
    monkeypatch.chdir(home)
    first = ["compare", './it\'s $HOME; "scans"', "--models", "forest", "--folds", 2, "--seed", 3]
    done = run(*first, "--jobs", 1, "--out", "run 1", "--filters", "median:3;gaussian:1")
    assert done.exit_code == 0, done.stderr
    (home / "run 1").rename(home / "kept")
    facts = json.loads((home / "kept" / "run.json").read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.chdir(facts["called_in"])
    program, *args = shlex.split(facts["command"])
    assert program == "imgpipe"
    assert run(*args).exit_code == 0

    def scores(folder: str) -> object:
        result = json.loads((home / folder / "result.json").read_text())
        return {name: model["metrics"] for name, model in result["models"].items()}

    assert scores("run 1") == scores("kept")
    page = (home / "kept" / "report.html").read_text(encoding="utf-8")
    assert str(home) in page
