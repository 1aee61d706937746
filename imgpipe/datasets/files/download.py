"""Fetch a file once, go on where a broken download ended, and check it."""

import hashlib
import http.client
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from imgpipe._common import InputError, cache_dir, track

TIMEOUT = 10
"""Seconds without an answer after which the network counts as absent."""
CHUNK = 1 << 18
TROUBLE = (URLError, http.client.HTTPException, OSError)


def fetch(name: str, url: str, md5: str) -> Path:
    """Path of a data file in the cache, fetched and checked on first use."""
    folder = cache_dir() / "datasets"
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            with _lock(folder / f".{name}.lock"):
                # another process may have fetched it while this one waited
                if not target.exists():
                    _retrieve(name, url, md5, target)
                return target
    except OSError as error:
        raise InputError(f"{folder}: the cache cannot be written: {error}; "
                         "name another folder in IMGPIPE_CACHE") from None  # fmt: skip
    if _md5(target) != md5:
        raise InputError(
            f"{target}: its md5 is not {md5}, so it is damaged or not the official file; "
            "delete it and it will be fetched again"
        )
    return target


def _retrieve(name: str, url: str, md5: str, target: Path) -> None:
    """Download by pooch, which compares the hash and puts the file in place whole."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    part = target.with_name(f".{name}.part")

    def resume(url: str, output_file: str, _: object) -> None:
        download(url, part)
        os.replace(part, output_file)

    try:
        pooch.retrieve(url, f"md5:{md5}", fname=name, path=target.parent, downloader=resume)
    except ValueError:
        raise InputError(
            f"{name}: what {url} gave has not the md5 {md5}; try again, or put the official "
            f"file at {target}"
        ) from None
    except TROUBLE as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(
            f"{name}: cannot be fetched from {url} ({reason}); run again to go on, or fetch it "
            f"on another machine and put it at {target}"
        ) from None


def download(url: str, part: Path) -> None:
    """Bring a partial file to its full length, as long as each attempt brings it further."""
    while True:
        before = _length(part)
        try:
            if _append(url, part):
                return
            error: Exception = ConnectionError("the connection broke off")
        except (http.client.HTTPException, ConnectionError, TimeoutError) as broken:
            error = broken
        if _length(part) <= before:
            raise error


def _append(url: str, part: Path) -> bool:
    """Request what is missing and append it; True when nothing is missing any more."""
    start = _length(part)
    request = Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        answer = urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        # 416: nothing lies beyond what is here; the hash tells whether that is the whole file
        if error.code == 416 and start:
            return True
        raise
    with answer:
        if answer.status != 206:
            start = 0
        length = answer.headers.get("Content-Length")
        total = None if length is None else start + int(length)
        blocks = None if total is None else -(-(total - start) // CHUNK)
        with part.open("ab" if start else "wb") as file:
            for block in track(iter(lambda: answer.read(CHUNK), b""), "fetching", blocks):
                file.write(block)
    return total is None or _length(part) >= total


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One process at a time, where the system can lock files."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
