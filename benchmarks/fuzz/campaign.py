"""What fuzzers share: cases by number in processes of their own, records, and the verdict.

Case N is the same on every run with the same packages; `--case N` runs it alone. The seconds count
from where a process has loaded and tried the sound files. Ends with an exit code other than 0 when
a case failed, or when too few were tried to say that none does. ``--record`` keeps what was found;
with ``--first N`` it goes on where a record ends.
"""

import argparse
import json
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._timing import stamp

_KEPT = 60  # reasons that are listed
_WITHOUT_END = 10**9


@dataclass(frozen=True)
class Campaign:
    """What is changed and tried.

    `worker` is a module that runs cases; `write_seeds` fills a folder with sound files and gives
    their names; `least` is the number of cases a second below which something is wrong with the
    fuzzer; `chunk` is how many a process runs.
    """

    what: str
    worker: str
    write_seeds: Callable[[Path], Sequence[str]]
    record: Path
    packages: tuple[str, ...]
    least: float
    chunk: int = 10_000


def run(campaign: Campaign) -> int:
    """Try cases as the command line says; give the exit code."""
    parser = argparse.ArgumentParser(description=campaign.what)
    parser.add_argument("--seconds", type=float, help="stop after so many")
    parser.add_argument("--cases", type=int, default=_WITHOUT_END, help="stop after so many")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--record", action="store_true", help=f"keep it in {campaign.record.name}")
    parser.add_argument("--case", type=int, help="run this case alone")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        names = campaign.write_seeds(Path(folder))
        print(f"{campaign.what}: {', '.join(names)}", flush=True)
        if told.case is not None:
            found = _chunk(campaign, Path(folder), told.case, 1, _WITHOUT_END)
            print(json.dumps(found, indent=1))
            return 0
        before = runs_before(campaign.record, told.first) if told.record else []
        # a run of half an hour that is stopped leaves the record of what it tried
        for found in rounds(campaign, Path(folder), told):
            print(f"{found['cases']:,} cases, {len(found['failures'])} failures", flush=True)
            if told.record:
                facts = stamp(campaign.packages, jobs=told.jobs)
                done = {"commit": facts["commit"], "stamp": facts, **found}
                write_runs(campaign.record, [*before, done])
    _tell(found)
    if found["failures"]:
        return 1
    least = least_of(campaign.least, told.seconds, told.cases)
    if found["cases"] < least:
        print(f"too few cases: at least {least:,} are tried in that time by a sound fuzzer")
        return 1
    return 0


def least_of(rate: float, seconds: float | None, cases: int) -> int:
    """Give the number of cases below which a run without failures says nothing."""
    return cases if seconds is None else max(1, min(cases, round(rate * seconds)))


def runs_before(path: Path, first: int) -> list[dict[str, Any]]:
    """Give the recorded runs that end where one from case `first` on begins; none before case 0."""
    if first == 0:
        return []
    runs: list[dict[str, Any]] = json.loads(path.read_text())["runs"] if path.is_file() else []
    end = runs[-1]["first"] + runs[-1]["cases"] if runs else 0
    if end != first:
        raise SystemExit(f"the record ends before case {end:,}: --first {end} goes on with it")
    return runs


def write_runs(path: Path, runs: list[dict[str, Any]]) -> None:
    """Write the record of runs that follow each other, with their totals."""
    cases = sum(one["cases"] for one in runs)
    failures = sum(len(one["failures"]) for one in runs)
    content = {"cases": cases, "failures": failures, "runs": runs}
    path.write_text(json.dumps(content, indent=1) + "\n")


def rounds(campaign: Campaign, folder: Path, told: Any) -> Iterator[dict[str, Any]]:
    """Run chunks of cases, some at a time; after each time, give all that was found so far."""
    outcomes: Counter[str] = Counter()
    failures: list[Any] = []
    cases, slowest, grown, spent = 0, (0.0, -1), 0, 0.0
    seconds = told.seconds or float(_WITHOUT_END)
    size = campaign.chunk
    firsts = range(told.first, told.first + told.cases, size)
    last = told.first + told.cases
    with ThreadPoolExecutor(told.jobs) as pool:
        for start in range(0, len(firsts), told.jobs):
            if spent >= seconds or len(failures) > 20:
                break
            several = firsts[start : start + told.jobs]
            left = seconds - spent
            jobs = [
                pool.submit(_chunk, campaign, folder, n, min(size, last - n), left) for n in several
            ]
            done = [job.result() for job in jobs]
            spent += max(one["seconds"] for one in done)
            for one in done:
                cases += one["cases"]
                outcomes.update(one["outcomes"])
                failures += one["failures"]
                slowest = max(slowest, tuple(one["slowest"]))
                grown = max(grown, one["grown"])
            yield {
                "first": told.first,
                "cases": cases,
                "seconds": round(spent, 1),
                "failures": failures,
                "slowest_seconds": round(slowest[0], 3),
                "slowest_case": slowest[1],
                "memory_grown_bytes": grown,
                "reasons": len(outcomes),
                "outcomes": dict(outcomes.most_common(_KEPT)),
            }


def _chunk(
    campaign: Campaign, folder: Path, first: int, count: int, seconds: float
) -> dict[str, Any]:
    """Run cases in a process of their own; one that dies is a failure, and the rest goes on."""
    start = time.time()
    with tempfile.NamedTemporaryFile() as status:
        status.write(struct.pack("<q", first - 1))
        status.flush()
        command = [sys.executable, "-m", campaign.worker, folder, "--first", first,
                   "--count", count, "--seconds", seconds, "--status", status.name]  # fmt: skip
        done = subprocess.run([*map(str, command)], capture_output=True, text=True)
        (seed,) = struct.unpack("<q", Path(status.name).read_bytes()[:8])
    if done.returncode == 0:
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found
    if seed < first:
        raise SystemExit(f"the worker did not start:\n{done.stderr[-3000:]}")
    error = f"the process ended with {done.returncode}\n{done.stderr[-3000:]}"
    dead = {"seed": seed, "what": "", "error": error}
    rest, spent = first + count - seed - 1, time.time() - start
    later: dict[str, Any] = {"outcomes": {}, "failures": []}
    if rest and spent < seconds:
        later = _chunk(campaign, folder, seed + 1, rest, seconds - spent)
    return {
        "cases": later.get("cases", 0) + seed + 1 - first,
        "seconds": later.get("seconds", 0.0) + spent,
        "outcomes": later["outcomes"],
        "failures": [dead, *later["failures"]],
        "slowest": later.get("slowest", (0.0, seed)),
        "grown": later.get("grown", 0),
    }


def _tell(found: dict[str, Any]) -> None:
    for reason, count in list(found["outcomes"].items())[:_KEPT]:
        print(f"{count:8,}  {reason}")
    for failure in found["failures"][:10]:
        print(f"\ncase {failure['seed']} ({failure['what']}):\n{failure['error']}")
    rate = found["cases"] / max(found["seconds"], 1e-9)
    print(f"\n{found['cases']:,} cases in {found['seconds']} s ({rate:,.0f} a second), "
          f"{len(found['failures'])} failures; the slowest took {found['slowest_seconds']} CPU-s "
          f"(case {found['slowest_case']})")  # fmt: skip


def asked_of_worker() -> argparse.Namespace:
    """Read the command line that a worker is started with."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="of cases, not of the start")
    parser.add_argument("--status", type=Path, required=True)
    return parser.parse_args()
