"""What bounds the server: bodies, time, the queue, memory; clients that leave or dawdle."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_clients import form
from serve_helpers import Server, raw, rest, running, stack

HEAD = "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\n"
MOST = 3_000_000
LONG = stack(15_000)  # some seconds of work


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    bounds = {"jobs": 1, "queue": 1, "most_bytes": MOST, "body_seconds": 0.7}
    with running(tmp_path_factory.mktemp("log"), model, **bounds) as one:
        yield one


@pytest.fixture
def one(server: Server, files: Path) -> Iterator[bytes]:
    """An image; after the test, the server is free and answers it."""
    content = (files / "one.png").read_bytes()
    yield content
    server.until_free()
    assert server.predict(content).status == 200


def sending(server: Server, body: bytes, length: int | None = None) -> socket.socket:
    """A connection that has sent a request, or a part of one."""
    connection = server.connect()
    size = len(body) if length is None else length
    connection.sendall(f"{HEAD}Connection: close\r\nContent-Length: {size}\r\n\r\n".encode() + body)
    return connection


def until_waiting(server: Server, n: int) -> None:
    for _ in range(3000):
        if server.ask("GET", "/health").json["waiting"] == n:
            return
        time.sleep(0.01)
    raise AssertionError(n)


def test_a_large_body_is_refused_by_its_length(server: Server, one: bytes) -> None:
    """Before any of it is read."""
    with sending(server, b"", MOST + 1) as connection:
        came = rest(connection)
    assert came.startswith(b"HTTP/1.1 413 ")
    assert b"more than 3 MB" in came


def test_a_large_body_is_refused_while_it_comes(server: Server, one: bytes) -> None:
    """One without a length, in chunks, when it is too large; the client gets to read why."""
    chunk = b"%x\r\n" % 100_000 + bytes(100_000) + b"\r\n"
    sent = HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + 40 * chunk + b"0\r\n\r\n"
    came = raw(server, sent)
    assert came.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in came
    answer = server.ask("POST", "/predict", bytes(MOST + 1))
    assert (answer.status, "more than 3 MB" in answer.error) == (413, True)


def test_more_files_than_are_taken(server: Server, one: bytes) -> None:
    """The number of files in a form has a bound."""
    body, headers = form(*[("a.png", one)] * 65)
    answer = server.ask("POST", "/predict", body, headers)
    assert (answer.status, "64 files" in answer.error) == (413, True)


def test_a_slow_body_is_not_waited_for(server: Server, one: bytes) -> None:
    """A body that drips, or stops, gets 408 after its time."""
    start = time.monotonic()
    with sending(server, b"x", 100) as connection:
        came = rest(connection)
    assert came.startswith(b"HTTP/1.1 408 ")
    assert b"longer than 0.7 s" in came
    assert time.monotonic() - start < 10


def test_a_client_that_leaves_while_it_sends(server: Server, one: bytes) -> None:
    """Its place is free again, and so is the memory of what it sent."""
    for _ in range(3):
        sending(server, bytes(MOST // 2), MOST - 1).close()
    answers = [server.predict(one).status for _ in range(3)]
    assert answers == [200, 200, 200]


def test_a_client_that_leaves_while_it_waits(server: Server, one: bytes) -> None:
    """Places in the queue are free as soon as those who had them are gone."""
    with sending(server, LONG):
        until_waiting(server, 1)
        with sending(server, one):
            until_waiting(server, 2)
        until_waiting(server, 1)
    until_waiting(server, 0)


def test_the_queue_is_bounded(server: Server, one: bytes) -> None:
    """Beyond it requests get 429 and when to come again; those in it are answered."""
    with sending(server, LONG) as first:
        until_waiting(server, 1)
        with sending(server, one) as second:
            until_waiting(server, 2)
            answer = server.predict(one)
            assert (answer.status, answer.headers["retry-after"]) == (429, "1")
            assert "more requests are waiting" in answer.error
            assert rest(first).startswith(b"HTTP/1.1 200 ")
            assert rest(second).startswith(b"HTTP/1.1 200 ")
