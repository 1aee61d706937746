"""`--backend dask` on a cluster of two processes: the same bytes as on one machine."""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_helpers import Run, assert_one_error, write_tree

pytest.importorskip("distributed", reason='needs Dask: pip install "imgpipe[dask]"')


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Address of a cluster of two workers, each a process with one thread."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        yield cluster.scheduler_address


@contextmanager
def killing_a_worker(scheduler: str, once: Path) -> Iterator[list[int]]:
    """Kill the first worker that is at work once a file is there; tell which."""
    from distributed import Client

    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            at_work = client.processing().items()
            busy = [worker for worker, tasks in at_work if tasks and worker in pids]
            if once.exists() and busy:
                os.kill(pids[busy[0]], signal.SIGKILL)
                killed.append(pids[busy[0]])
                return
            over.wait(0.01)

    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(2)  # one that was killed before comes back
        pids = client.run(os.getpid)
        thread = threading.Thread(target=kill)
        thread.start()
        try:
            yield killed
        finally:
            over.set()
            thread.join()


def test_extract_gives_the_same_bytes(run: Run, tree: Path, tmp_path: Path, scheduler: str) -> None:
    """A table of the cluster is the table of this machine."""
    plain, afar = tmp_path / "plain.csv", tmp_path / "afar.csv"
    extract = ("extract", tree, "--families", "intensity,glcm", "--out")
    assert run(*extract, plain, "--jobs", "1").exit_code == 0
    done = run(*extract, afar, "--backend", "dask", "--scheduler", scheduler)
    assert done.exit_code == 0, done.stderr
    assert afar.read_bytes() == plain.read_bytes()


def test_a_killed_worker_changes_nothing(
    run: Run, tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its images are measured by the other: the same bytes."""
    monkeypatch.setattr("imgpipe.tables.rows.measuring._CHUNK_IMAGES", 2)
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path / "scans", per_class=40, size=48)
    (tmp_path / "scans" / "benign" / "bad.png").write_bytes(b"no picture")
    extract = ("extract", "scans", "--families", "intensity,glcm", "--out")
    assert run(*extract, "plain.csv", "--jobs", "1").exit_code == 1
    with killing_a_worker(scheduler, once=tmp_path / "afar.csv.part") as killed:
        done = run(*extract, "afar.csv", "--backend", "dask", "--scheduler", scheduler)
    assert killed
    assert done.exit_code == 1, done.stderr
    assert Path("afar.csv").read_bytes() == Path("plain.csv").read_bytes()


def test_predict_with_a_killed_worker(
    run: Run, tmp_path: Path, model: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Predictions of the cluster are those of this machine, where a worker is killed, too."""
    monkeypatch.setattr("imgpipe.bundle.inference.batches._BATCH", 4)
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path / "new", per_class=40)
    (tmp_path / "new" / "benign" / "bad.png").write_bytes(b"no picture")
    predict = ("predict", model, "--trust", "new", "--out")
    assert run(*predict, "plain.csv").exit_code == 1
    with killing_a_worker(scheduler, once=tmp_path / "afar.csv.part") as killed:
        done = run(*predict, "afar.csv", "--backend", "dask", "--scheduler", scheduler)
    assert killed
    assert done.exit_code == 1, done.stderr
    assert Path("afar.csv").read_bytes() == Path("plain.csv").read_bytes()


def same_predictions(plain: Path, afar: Path) -> bool:
    """Whether two runs predict the same bytes, and score the same."""
    models = [json.loads((run / "result.json").read_text())["models"] for run in (plain, afar)]
    scores = [{name: model["metrics"] for name, model in found.items()} for found in models]
    told = [(run / "predictions.csv").read_bytes() for run in (plain, afar)]
    return told[0] == told[1] and scores[0] == scores[1]


def test_compare_predicts_the_same(run: Run, tree: Path, tmp_path: Path, scheduler: str) -> None:
    """Folds of the cluster predict what those of this machine do."""
    plain, afar = tmp_path / "plain", tmp_path / "afar"
    compare = ("compare", tree, "--models", "svm", "--families", "intensity", "--folds", "2")
    assert run(*compare, "--out", plain, "--jobs", "1").exit_code == 0
    done = run(*compare, "--out", afar, "--backend", "dask", "--scheduler", scheduler)
    assert done.exit_code == 0, done.stderr
    assert same_predictions(plain, afar)


@pytest.mark.full
@pytest.mark.parametrize("models", ["forest,svm --repeats 2", "svm --seeds 2 --tune"])
def test_compare_with_a_killed_worker(
    run: Run, tree: Path, tmp_path: Path, scheduler: str, models: str
) -> None:
    """So they do where a worker is killed, with seeds, repeats and searches."""
    plain, afar = tmp_path / "plain", tmp_path / "afar"
    compare = ("compare", tree, "--folds", "2", "--models", *models.split())
    assert run(*compare, "--out", plain, "--jobs", "1").exit_code == 0
    with killing_a_worker(scheduler, once=tree) as killed:
        done = run(*compare, "--out", afar, "--backend", "dask", "--scheduler", scheduler)
    assert killed
    assert done.exit_code == 0, done.stderr
    assert same_predictions(plain, afar)


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


@pytest.mark.full
def test_without_dask(
    run: Run, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    out = tmp_path / "f.csv"
    done = run("extract", tree, "--out", out, "--backend", "dask", "--scheduler", "tcp://a:1")
    assert_one_error(done, "distributed", 'pip install "imgpipe[dask]"')
