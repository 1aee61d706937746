"""Execute the lessons from clean, both languages, into ``build/lessons``: `make lessons`.

A lesson must run to its end, draw, and write nothing to stderr. Where ``IMGPIPE_TEST_DATA`` names a
folder of real data, lessons use it.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).parent
MOST_SECONDS = 90
LEAST_PICTURES = 3


def run(path: Path, out: Path) -> tuple[float, list[str]]:
    """Execute one notebook; give its seconds, and what is wrong with it."""
    lesson = nbformat.read(path, as_version=4)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(lesson, timeout=600, resources={"metadata": {"path": folder}})
        try:
            client.execute()
        except CellExecutionError as error:
            return time.perf_counter() - begun, [str(error)]
    seconds = time.perf_counter() - begun
    out.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(lesson, out)
    return seconds, faults(lesson)


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
    parser.add_argument("--out", type=Path, default=HERE.parent / "build" / "lessons")
    parser.add_argument("--jobs", type=int, default=1, help="lessons at a time")
    given = parser.parse_args(arguments)
    paths = [HERE / f"{name}.ipynb" for name in given.names]
    paths = paths or sorted(HERE.glob("*.ipynb")) + sorted(HERE.glob("zh/*.ipynb"))
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
