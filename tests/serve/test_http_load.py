"""The server under load: nothing is lost, and memory stays."""

from pathlib import Path

import psutil
import pytest
from serve_helpers import running

from benchmarks.deploy._load import load


def resident(process: psutil.Process) -> int:
    tree = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in tree)


@pytest.mark.full
def test_nothing_is_lost_under_load(model: Path, files: Path, tmp_path: Path) -> None:
    """2,000 requests over 32 connections are all answered, by processes that do not grow."""
    bodies = [(files / name).read_bytes() for name in ("one.png", "white.png", "one.npy")]
    with running(tmp_path, model, jobs=1) as server:
        process = psutil.Process(server.process.pid)
        load(server.port, bodies, 300, 32)
        before = resident(process)
        found = load(server.port, bodies, 2000, 32)
        assert (found.lost, found.statuses) == (0, {200: 2000})
        assert resident(process) < 1.05 * before
        assert server.ask("GET", "/health").json["waiting"] == 0
