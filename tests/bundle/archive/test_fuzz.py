"""The fuzzer itself: it repeats itself, and finds what it should."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fuzz import campaign, mutations, worker
from benchmarks.fuzz.__main__ import BUNDLES
from benchmarks.fuzz.mutations import case
from benchmarks.fuzz.wire import decoded, encoded
from imgpipe.bundle.inference.checked_output import CheckedOutput
from imgpipe.learn.novelty.distance import Novelty


def test_a_case_is_the_same_every_time(bundles: dict[str, bytes]) -> None:
    """The seed of a case gives the same bytes again, and most change something."""
    first = [case(seed, bundles) for seed in range(100)]
    assert first == [case(seed, bundles) for seed in range(100)]
    assert sum(content not in bundles.values() for _, content in first) > 90


def test_no_case_changes_what_the_next_draws_from(bundles: dict[str, bytes]) -> None:
    """Values put into a manifest are copies: they are changed there, and only there."""
    content = min(bundles.values(), key=len)
    before = repr(mutations.VALUES)
    for seed in range(1500):
        mutations.manifest_changed(content, random.Random(seed))
    assert repr(mutations.VALUES) == before


def test_a_graph_is_written_as_it_was_read(bundles: dict[str, bytes]) -> None:
    """Taking a graph apart and putting it together changes no byte."""
    from benchmarks.fuzz.mutations import members_of

    graphs = [
        content
        for bundle in bundles.values()
        for name, content in members_of(bundle).items()
        if name.endswith(".onnx")
    ]
    assert len(graphs) > 4
    assert all(encoded(decoded(content)) == content for content in graphs)


def test_an_answer_that_is_no_probability_is_found(
    bundles: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loader that lets nonsense pass would be reported."""
    path = tmp_path / "m.imgpipe"
    path.write_bytes(bundles["logistic-2"])
    assert worker.outcome(path) == "predicted"
    monkeypatch.setattr(
        CheckedOutput, "__call__", lambda self, inputs: np.full((len(inputs), 2), 0.7)
    )
    with pytest.raises(AssertionError):
        worker.outcome(path)


@pytest.mark.parametrize("distance", [np.nan, -1.0])
def test_an_answer_that_is_no_distance_is_found(
    distance: float, bundles: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A distance to the training images that is none would be reported; an infinite one is one."""
    path = tmp_path / "m.imgpipe"
    path.write_bytes(bundles["kept-cnn-3"])
    monkeypatch.setattr(Novelty, "distances", lambda self, rows: np.full(len(rows), np.inf))
    assert worker.outcome(path) == "predicted"
    monkeypatch.setattr(Novelty, "distances", lambda self, rows: np.full(len(rows), distance))
    with pytest.raises(AssertionError):
        worker.outcome(path)


@pytest.mark.parametrize(
    ("options", "found", "code"),
    [
        (["--seconds", "60"], 999, 1),
        (["--seconds", "60"], 1000, 0),
        (["--seconds", "1"], 0, 1),
        (["--seconds", "60", "--cases", "10"], 9, 1),
        (["--seconds", "60", "--cases", "10"], 10, 0),
        (["--cases", "10"], 0, 1),
    ],
)
def test_too_few_cases_are_a_failure(
    options: list[str], found: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fuzzer that tried next to nothing does not pass."""
    tried = {
        "cases": found,
        "seconds": 1.0,
        "failures": [],
        "outcomes": {},
        "slowest_seconds": 0.0,
        "slowest_case": -1,
    }
    monkeypatch.setattr(campaign, "rounds", lambda campaign, folder, told: iter([tried]))
    monkeypatch.setattr(sys, "argv", ["fuzz", *options])
    assert campaign.run(replace(BUNDLES, write_seeds=lambda folder: [])) == code


def test_a_record_is_gone_on_with_where_it_ends(tmp_path: Path) -> None:
    """Runs that follow each other are one record; a gap, or a case tried twice, is refused."""
    path = tmp_path / "fuzz.json"
    campaign.write_runs(path, [{"first": 0, "cases": 70, "failures": []}])
    before = campaign.runs_before(path, 70)
    campaign.write_runs(path, [*before, {"first": 70, "cases": 30, "failures": ["one"]}])
    content = json.loads(path.read_text())
    assert (content["cases"], content["failures"], len(content["runs"])) == (100, 1, 2)
    for first in (70, 101):
        with pytest.raises(SystemExit, match="--first 100 goes on"):
            campaign.runs_before(path, first)
    assert campaign.runs_before(path, 0) == []


@pytest.mark.full
def test_the_seconds_are_those_of_the_cases() -> None:
    """Compiling and opening sound bundles takes none of a run's seconds: it tries cases in each."""
    command = [sys.executable, "-m", "benchmarks.fuzz", "--seconds", "0.2"]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "0 failures" in done.stdout


@pytest.mark.full
@pytest.mark.slow
def test_some_cases_in_a_process_of_their_own() -> None:
    """What `make fuzz` runs finds nothing in its first cases."""
    command = [sys.executable, "-m", "benchmarks.fuzz", "--cases", "400"]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "400 cases in" in done.stdout
    assert "0 failures" in done.stdout
