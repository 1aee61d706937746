"""Execute the lessons from clean, both languages, into ``build/lessons``: `make lessons`.

A lesson must run to its end, draw, and write nothing to stderr. Both editions have the same code.
The English ones run on data that the package makes, and the site shows what they say; the Chinese
ones use real data, where ``IMGPIPE_TEST_DATA`` names a folder of it.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

HERE = Path(__file__).parent
OUT = HERE.parent / "build" / "lessons"
DATA = "IMGPIPE_TEST_DATA"
MOST_SECONDS = 90
LEAST_PICTURES = 3


def run(path: Path, out: Path) -> tuple[float, list[str]]:
    """Execute one notebook, keep it if nothing is wrong; give its seconds, and what is wrong."""
    lesson = nbformat.read(path, as_version=4)
    real = path.parent.name == "zh"
    variables = {name: value for name, value in os.environ.items() if real or name != DATA}
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(lesson, timeout=600, resources={"metadata": {"path": folder}})
        try:
            client.execute(env=variables)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            return time.perf_counter() - begun, [str(error)]
    seconds = time.perf_counter() - begun
    found = faults(lesson)
    if not found:
        out.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(lesson, out)
    return seconds, found


def executed(lesson: nbformat.NotebookNode, out: Path) -> nbformat.NotebookNode | None:
    """Read what running this very code once gave; None where it is not there."""
    if not out.is_file():
        return None
    done = nbformat.read(out, as_version=4)
    return done if code_of(done) == code_of(lesson) else None


def code_of(lesson: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """List the cells, words without what they say."""
    return [(c.cell_type, c.source if c.cell_type == "code" else "") for c in lesson.cells]


def faults(lesson: nbformat.NotebookNode) -> list[str]:
    """Say what is wrong with the outputs of a lesson."""
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    found = [f"stderr: {o.text.strip()}" for o in outputs if o.get("name") == "stderr"]
    pictures = sum("image/png" in output.get("data", {}) for output in outputs)
    if pictures < LEAST_PICTURES:
        found.append(f"{pictures} pictures, fewer than {LEAST_PICTURES}")
    return found


def main(arguments: list[str]) -> int:
    """Run all lessons, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="such as 01_filters or zh/01_filters")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--jobs", type=int, default=1, help="lessons at a time")
    parser.add_argument(
        "--changed", action="store_true", help="English ones whose code was not executed yet"
    )
    given = parser.parse_args(arguments)
    english, chinese = sorted(HERE.glob("*.ipynb")), sorted(HERE.glob("zh/*.ipynb"))
    paths = [HERE / f"{name}.ipynb" for name in given.names] or english + chinese
    if given.changed:
        paths = [p for p in english if executed(nbformat.read(p, 4), given.out / p.name) is None]
    names = [path.relative_to(HERE) for path in paths]
    wrong = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        done = pool.map(run, paths, [given.out / name for name in names])
        for name, (seconds, found) in zip(names, done, strict=True):
            slow = f", more than {MOST_SECONDS}" if seconds > MOST_SECONDS else ""
            print(f"{name}: {seconds:.0f} s{slow}", *found, sep="\n  ", flush=True)
            wrong += bool(found)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
