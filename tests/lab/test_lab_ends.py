"""How the lab begins and ends, as a process."""

import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from click.testing import CliRunner
from hospital_files import write_series
from lab_helpers import Running, running

from imgpipe.cli import main

BUSY = {"source": "lesions", "segment": ["active-contour", {"iterations": 500, "tolerance": 0}]}


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.full)]
)
def test_a_signal_ends_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """In the middle of work, with a page open: exit code 0, no trace, no file, no process."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "files"))
    (tmp_path / "files").mkdir()
    write_series(tmp_path / "scan", np.zeros((3, 8, 8), np.int16))
    sent = [(file.name, file.read_bytes()) for file in (tmp_path / "scan").iterdir()]
    with running(tmp_path) as lab, lab.page() as page:
        assert lab.upload(*sent).status == 200
        page.send(**BUSY, watch=True)
        while page.receive()[0]["kind"] != "contour":
            pass
        children = psutil.Process(lab.process.pid).children(recursive=True)
        begun = time.monotonic()
        lab.process.send_signal(number)
        assert lab.process.wait(20) == 0
        assert time.monotonic() - begun < 8
    lines = lab.log.read_text()
    assert "stopped" in lines
    assert "Traceback" not in lines
    assert list((tmp_path / "files").iterdir()) == []
    assert not any(child.is_running() for child in children)


def test_a_port_that_is_taken_is_refused(lab: Running) -> None:
    """The error says what would do."""
    done = CliRunner().invoke(main, ["lab", "--port", str(lab.port), "--no-browser"])
    assert done.exit_code == 2
    assert "give --port another number" in done.stderr


@pytest.mark.full  # compiles for some seconds
def test_the_page_opens_before_anything_is_compiled(tmp_path: Path) -> None:
    """It comes while loops are prepared, in both languages, and allows nothing from elsewhere."""
    with running(tmp_path, prepare=True) as lab:
        page = lab.ask("GET", "/")
        assert lab.ask("GET", "/health").json["state"] == "starting"
        assert page.headers["content-type"].startswith("text/html")
        assert "connect-src" in page.body.decode()
        assert 'lang="zh' in lab.ask("GET", "/?lang=zh").body.decode()
        assert "choose from en, zh" in lab.ask("GET", "/?lang=xx").error
        for route, status in (
            ("/nothing", 404),
            ("/result", 405),
            ("/image/chart.npy?slice=x", 400),
        ):
            assert lab.ask("GET", route).status == status
        for route in ("/image/chart.npy", "/picture/chart.jpg"):
            assert lab.ask("GET", route).status == 200
        assert np.load(io.BytesIO(lab.ask("GET", "/image/chart.npy").body)).dtype == np.uint8


def test_the_verb_prints_where_the_page_is(tmp_path: Path) -> None:
    """The first line holds the address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "imgpipe", "lab", "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.terminate()
    assert process.wait(20) == 0
    assert line.startswith("http://127.0.0.1:")
    process.stdout.close()
