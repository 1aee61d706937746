"""How the server ends: what it accepted is answered; and how it begins."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from cli_runs import refused
from serve_helpers import Server, rest, running, stack

TOKEN = "0123456789abcdef-token"


class Client(threading.Thread):
    """Asks again and again on one connection, as long as the server lets it."""

    def __init__(self, server: Server, content: bytes) -> None:
        super().__init__()
        self._server, self._content = server, content
        self.answered: list[int] = []
        self.lost: list[float] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        with closing(connection):
            self._ask_on(connection)

    def _ask_on(self, connection: http.client.HTTPConnection) -> None:
        while True:
            sent = time.monotonic()
            try:
                connection.request("POST", "/predict", self._content)
                response = connection.getresponse()
                json.loads(response.read())
            except ConnectionRefusedError:
                return
            except (OSError, http.client.HTTPException):
                self.lost.append(sent)
                return
            self.answered.append(response.status)


def test_sigterm_under_load_answers_what_was_accepted(
    model: Path, files: Path, tmp_path: Path
) -> None:
    """Every request that was sent before the signal is answered, long ones too; exit code 0."""
    content = (files / "one.png").read_bytes()
    with running(tmp_path, model, jobs=2) as server, server.connect() as long:
        clients = [Client(server, content) for _ in range(12)]
        body = stack(6000)
        for client in clients:
            client.start()
        while not all(client.answered for client in clients):  # a slow machine takes its time
            assert all(client.is_alive() for client in clients)
            time.sleep(0.02)
        head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        long.sendall(head.encode() + body)
        time.sleep(0.7)
        asked = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        came = rest(long)
        for client in clients:
            client.join()
        assert server.process.wait(30) == 0
    assert came.startswith(b"HTTP/1.1 200 ")
    assert len(json.loads(came.partition(b"\r\n\r\n")[2])) == 6000
    assert [sent for client in clients for sent in client.lost if sent < asked] == []
    assert {status for client in clients for status in client.answered} == {200}
    assert all(client.answered for client in clients)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port)).close()
    assert '"text": "stopped"' in server.log.read_text()


def test_a_long_prediction_ends_with_its_process(model: Path, files: Path, tmp_path: Path) -> None:
    """It gets 504, and others are answered by a new process; a second signal waits for nothing."""
    content = (files / "one.png").read_bytes()
    body = stack(200_000)  # seconds of work
    with running(tmp_path, model, jobs=1, seconds=0.4) as server:
        answer = server.predict(body)
        assert (answer.status, "longer than 0.4 s" in answer.error) == (504, True), answer.body
        for _ in range(100):
            if (last := server.predict(content)).status == 200:
                break
            # on a busy machine a small one may take as long
            assert "no process was free" in last.error or "longer than 0.4 s" in last.error
        assert last.status == 200
        workers = psutil.Process(server.process.pid).children()
        with server.connect() as waiting:
            waiting.sendall(b"POST /predict HTTP/1.1\r\nHost: ::1\r\nContent-Length: 9\r\n\r\n")
            time.sleep(0.5)  # its beginning is read
            server.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(5) == 128 + signal.SIGTERM
        _, alive = psutil.wait_procs(workers, timeout=5)
        assert alive == []


def test_a_token_is_asked_for(model: Path, files: Path, tmp_path: Path) -> None:
    """All routes but /health need it; a server that is killed leaves no process behind."""
    content = (files / "one.png").read_bytes()
    with running(tmp_path, model, jobs=1, host="0.0.0.0", token=TOKEN) as server:
        for route in ("/", "/model", "/metrics", "/openapi.json", "/nothing"):
            answer = server.ask("GET", route)
            assert (answer.status, "token" in answer.error) == (401, True)
            # browsers take no list of kinds in one header
            assert answer.headers["www-authenticate"].startswith("Basic realm=")
        assert server.ask("GET", "/health").status == 200
        basic = b64encode(f"anybody:{TOKEN}".encode()).decode()
        for given, status in (
            (f"Bearer {TOKEN}", 200),
            (f"Basic {basic}", 200),
            (f"Bearer {TOKEN}x", 401),
            (f"Bearer {TOKEN[:-1]}", 401),
            (TOKEN, 401),
            ("Basic !", 401),
            ("Bearer é", 401),
        ):
            answer = server.predict(content, Authorization=given, Host="any.example")
            assert answer.status == status, given
        assert TOKEN not in server.log.read_text()
        workers = psutil.Process(server.process.pid).children()
        server.process.kill()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert alive == []


def test_what_cannot_be_served_is_said(model: Path, tmp_path: Path) -> None:
    """Before anything listens, in one line: a bad model, no token, an address in use."""
    assert "no such file" in refused(tmp_path / "none.imgpipe")
    (tmp_path / "bad.imgpipe").write_bytes(model.read_bytes()[:-9])
    assert "damaged" in refused(tmp_path / "bad.imgpipe")
    assert "a server opens .imgpipe files" in refused(tmp_path / "m.joblib")
    assert "give a token" in refused(model, "--host", "0.0.0.0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(model, "--port", port)
        assert f"127.0.0.1:{port} cannot be served on" in said
        assert "--port another number" in said


LACKING = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refused())
from imgpipe.cli import main
main(["serve", {model!r}])
"""


def test_a_missing_extra_is_named(model: Path) -> None:
    """Without FastAPI, it is said what to install."""
    code = LACKING.format(packages=["fastapi"], model=str(model))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "needs fastapi, which is not installed here: pip install fastapi" in done.stderr
