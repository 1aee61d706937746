"""Runs cases, one after the other, within limits of memory and time; prints what became of them."""

import faulthandler
import json
import mmap
import os
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fuzz.campaign import asked_of_worker
from benchmarks.fuzz_readers.doors import Doors
from benchmarks.fuzz_readers.mutations import Case, Seed, case
from benchmarks.fuzz_readers.seeds import REFUSED, read_seeds

ROOM = 5 * 2**30
"""Bytes of address space beyond the start's: Python sets aside what a length of 32 bits declares,
and takes no memory for what is not in the file."""
GROWTH = 300 * 2**20
"""Resident bytes that all cases together may add."""
LIMIT = 5.0  # CPU seconds of a case


def main() -> None:
    told = asked_of_worker()
    warnings.simplefilter("error")
    seeds = read_seeds(told.folder)
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="imgpipe-fuzz-", dir=shared) as folder,
        open(told.status, "r+b") as file,
    ):
        status = mmap.mmap(file.fileno(), 8)
        doors = Doors(Path(folder))
        for seed in seeds:
            for draw in (0.0, 0.9, 0.99):
                answer = doors.try_case(Case(seed, seed.content, draw))
                if not answer.endswith(": read") and not _for_others(seed, answer):
                    raise SystemExit(f"a sound file is refused: {seed.name}: {answer}")
        with caught_output() as noise:
            found = _run(doors, seeds, status, noise, told)
        print(json.dumps(found))


def _for_others(seed: Seed, answer: str) -> bool:
    """Whether a sound file is refused by a door that it is not for, or holds no image."""
    return answer.startswith("mask") or seed.name in REFUSED


@contextmanager
def caught_output() -> Iterator[Any]:
    """Collect what is written to the standard streams past Python; traces of a crash still show."""
    streams = [os.dup(1), os.dup(2)]
    crash = os.fdopen(os.dup(streams[1]), "w")
    faulthandler.enable(crash)
    faulthandler.register(signal.SIGPROF, crash, chain=True)
    with tempfile.TemporaryFile() as noise:
        sys.stdout.flush()
        os.dup2(noise.fileno(), 1), os.dup2(noise.fileno(), 2)
        try:
            yield noise
        finally:
            for target, stream in zip((1, 2), streams, strict=True):
                os.dup2(stream, target)


def _run(doors: Doors, seeds: Any, status: Any, noise: Any, told: Any) -> dict[str, Any]:
    found: Counter[str] = Counter()
    failures: list[dict[str, Any]] = []
    slowest, count = (0.0, 0), 0
    least = _resident()
    space = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    begun = time.time()
    for number in range(told.first, told.first + told.count):
        if time.time() > begun + told.seconds or len(failures) > 20:
            break
        status[:] = struct.pack("<q", number)
        changed = case(number, seeds)
        signal.setitimer(signal.ITIMER_PROF, LIMIT)
        start, error = time.process_time(), ""
        try:
            found[doors.try_case(changed)] += 1
        except BaseException:
            error = traceback.format_exc()[-3000:]
        slowest = max(slowest, (time.process_time() - start, number))
        if noise.tell() or os.lseek(1, 0, os.SEEK_CUR):
            error += f"\nwritten to standard output or error: {emptied(noise)!r}"
        if (grown := _resident() - least) > GROWTH:
            error += f"\ngrew by {grown:,} bytes"
            least += grown
        if error:
            what = f"{changed.seed.kind}: {changed.seed.name}"
            failures.append({"seed": number, "what": what, "error": error})
        count += 1
    signal.setitimer(signal.ITIMER_PROF, 0)
    return {
        "cases": count,
        "seconds": time.time() - begun,
        "outcomes": dict(found),
        "failures": failures,
        "slowest": slowest,
        "grown": _resident() - least,
    }


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def emptied(noise: Any) -> str:
    """Give what was written, and forget it."""
    size = os.lseek(1, 0, os.SEEK_CUR)
    text = os.pread(noise.fileno(), min(size, 500), 0).decode("utf-8", "replace")
    os.ftruncate(noise.fileno(), 0)
    os.lseek(1, 0, os.SEEK_SET)
    return text


if __name__ == "__main__":
    main()
