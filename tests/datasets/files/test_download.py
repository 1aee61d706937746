"""Downloads, against a real server on the loopback interface."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from imgpipe import InputError
from imgpipe._common import cache_dir
from imgpipe.datasets import DATASETS, medmnist
from imgpipe.datasets.files import download
from imgpipe.datasets.files.download import fetch

CONTENT = np.random.default_rng(0).bytes(300_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves one file, and breaks off after `patience` bytes as often as `breaks` says."""

    content = CONTENT
    breaks = 0
    patience = 100_000
    ranges = True
    starts: list[int]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range") if self.server.ranges else None
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.server.starts.append(start)
        body = self.server.content[start:]
        if wanted and not body:
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.breaks > 0:
            self.server.breaks -= 1
            body = body[: self.server.patience]
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.starts = []
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/x.npz"


def test_fetched_once(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    """The first call downloads without a word, the second finds the file in the cache."""
    path = fetch("x.npz", url(server), MD5)
    assert path == cache_dir() / "datasets" / "x.npz"
    assert path.read_bytes() == CONTENT
    assert fetch("x.npz", url(server), MD5) == path
    assert server.starts == [0]
    assert capfd.readouterr() == ("", "")


def test_goes_on_where_it_broke_off(server: Server) -> None:
    """A connection that breaks twice is resumed from the bytes that are there."""
    server.breaks = 2
    assert fetch("x.npz", url(server), MD5).read_bytes() == CONTENT
    assert server.starts == [0, 100_000, 200_000]


def test_resumes_in_another_run(server: Server) -> None:
    """What an earlier, killed run left behind is not fetched again."""
    folder = cache_dir() / "datasets"
    folder.mkdir(parents=True)
    (folder / ".x.npz.part").write_bytes(CONTENT[:250_000])
    assert fetch("x.npz", url(server), MD5).read_bytes() == CONTENT
    assert server.starts == [250_000]
    assert not (folder / ".x.npz.part").exists()


def test_whole_part_file_needs_no_bytes(server: Server) -> None:
    """A part file that is complete is put in place."""
    folder = cache_dir() / "datasets"
    folder.mkdir(parents=True)
    (folder / ".x.npz.part").write_bytes(CONTENT)
    assert fetch("x.npz", url(server), MD5).read_bytes() == CONTENT


def test_server_without_ranges_starts_again(server: Server) -> None:
    """Where the server cannot resume, the file is fetched from its beginning."""
    server.ranges = False
    folder = cache_dir() / "datasets"
    folder.mkdir(parents=True)
    (folder / ".x.npz.part").write_bytes(b"something else")
    assert fetch("x.npz", url(server), MD5).read_bytes() == CONTENT


def test_wrong_content_is_refused(server: Server) -> None:
    """A file with another md5 never enters the cache, and the next run starts afresh."""
    server.content = b"x" * 1000
    with pytest.raises(InputError, match=f"has not the md5 {MD5}"):
        fetch("x.npz", url(server), MD5)
    assert not (cache_dir() / "datasets" / "x.npz").exists()
    server.content = CONTENT
    assert fetch("x.npz", url(server), MD5).read_bytes() == CONTENT


def test_damaged_file_in_the_cache_is_named() -> None:
    """A file in the cache with another md5 is not used, and not overwritten either."""
    path = cache_dir() / "datasets" / "x.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match=r"x\.npz: its md5 is not .* delete it"):
        fetch("x.npz", "http://127.0.0.1:9/", MD5)
    assert path.read_bytes() == b"mine"


def test_server_that_breaks_at_once(server: Server) -> None:
    """A connection that brings nothing new ends with an error, not in a loop."""
    server.breaks, server.patience = 100, 0
    with pytest.raises(InputError, match=r"broke off.*run again to go on"):
        fetch("x.npz", url(server), MD5)
    assert len(server.starts) == 1


def test_offline_says_where_to_put_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network one line names the address, the reason and the place of the file."""
    monkeypatch.setattr(medmnist, "URL", "http://127.0.0.1:9/{name}.npz")
    target = cache_dir() / "datasets" / "bloodmnist.npz"
    with pytest.raises(InputError, match=r"bloodmnist.npz: cannot be fetched from") as caught:
        DATASETS["bloodmnist"].load()
    assert str(target) in str(caught.value)
    assert "refused" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_file_put_in_place_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registered set loads from a file that the user put into the cache by hand."""
    path = cache_dir() / "datasets" / "pneumoniamnist.npz"
    path.parent.mkdir(parents=True)
    arrays = {}
    for part in ("train", "val", "test"):
        arrays[f"{part}_images"] = np.zeros((4, 28, 28), np.uint8)
        arrays[f"{part}_labels"] = np.array([[0], [1], [0], [1]], np.uint8)
    np.savez(path, **arrays)
    official = medmnist.TABLE["pneumoniamnist"]
    md5 = hashlib.md5(path.read_bytes()).hexdigest()
    monkeypatch.setitem(medmnist.TABLE, "pneumoniamnist", official._replace(md5=md5))
    data = DATASETS["pneumoniamnist"].load(size=14)
    assert data.classes == ("normal", "pneumonia")
    assert data.images.shape == (12, 14, 14)


def test_unwritable_cache_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache that cannot be written names its folder and the variable that moves it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match=r"cache cannot be written.*IMGPIPE_CACHE"):
        fetch("x.npz", "http://127.0.0.1:9/", MD5)
    assert download.TIMEOUT <= 15
