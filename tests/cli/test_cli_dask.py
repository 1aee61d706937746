"""`--backend dask` on a cluster of two processes: the same bytes as on one machine."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_helpers import Run, assert_one_error

pytest.importorskip("distributed", reason='needs Dask: pip install "imgpipe[dask]"')


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Address of a cluster of two workers, each a process with one thread."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster.scheduler_address


def test_extract_gives_the_same_bytes(run: Run, tree: Path, tmp_path: Path, scheduler: str) -> None:
    """A table of the cluster is the table of this machine."""
    plain, afar = tmp_path / "plain.csv", tmp_path / "afar.csv"
    extract = ("extract", tree, "--families", "intensity,glcm", "--out")
    assert run(*extract, plain, "--jobs", "1").exit_code == 0
    done = run(*extract, afar, "--backend", "dask", "--scheduler", scheduler)
    assert done.exit_code == 0, done.stderr
    assert afar.read_bytes() == plain.read_bytes()


def test_a_cluster_that_is_not_there(run: Run, tree: Path, tmp_path: Path) -> None:
    """The address is named at once; nothing is written."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
        out = tmp_path / "f.csv"
        done = run("extract", tree, "--out", out, "--backend", "dask", "--scheduler", address)
    assert_one_error(done, address, "dask scheduler")
    assert not out.exists()


@pytest.mark.parametrize("address", ["here", "tcp://here", "tcp://[::", "zzz://a:1", ""])
def test_what_is_no_address(run: Run, tree: Path, tmp_path: Path, address: str) -> None:
    """What no scheduler can have as its address is shown, with an example."""
    out = tmp_path / "f.csv"
    done = run("extract", tree, "--out", out, "--backend", "dask", "--scheduler", address)
    assert_one_error(done, repr(address), "tcp://HOST:8786")


def test_without_dask(
    run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    out = tmp_path / "f.csv"
    done = run("extract", tree, "--out", out, "--backend", "dask", "--scheduler", "tcp://a:1")
    assert_one_error(done, "distributed", 'pip install "imgpipe[dask]"')
