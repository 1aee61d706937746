"""Race two checkouts: ``python -m benchmarks.race OLD [--only NAME] [--part PART] [--quick]``.

Before a loop is replaced, its successor is raced against it: the checkout `OLD` and this one each
run in a process of their own and take turns, cell by cell, after their results were compared. A
ratio above 1 says that this one is slower. ``--part`` is 2d, 3d, stacks or features and may be
repeated, as ``--only`` (a kernel or a family) and ``--dtype`` may.
"""

import argparse
import json
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._asked import Asked
from benchmarks.kernels import plane, volumes
from imgpipe.features import FAMILIES

HERE = Path(__file__).resolve().parents[1]
PARTS = ("2d", "3d", "stacks", "features")
# slower by more than this is worth a second look, and a reason
SLOWER = 1.05


class Side(Asked):
    """A process with the imgpipe of one checkout."""

    def __init__(self, checkout: Path) -> None:
        worker = str(HERE / "benchmarks/_race_worker.py")
        super().__init__([sys.executable, worker, str(checkout)], cwd=checkout)

    def seconds(self) -> float:
        """Time the prepared cell once."""
        self.say(do="time")
        return self.answer()["seconds"]


def cells(part: str, quick: bool) -> Iterator[dict[str, Any]]:
    """What is raced of one part."""
    if part == "2d":
        for name, dtype, side, image, k in plane.cells(quick, None):
            yield _kernel(part, name, dtype, (side, side), image, k, (0, 1))
    elif part == "3d":
        for name, dtype, k in volumes.volume_cells(quick, None):
            yield _kernel(part, name, dtype, (volumes.SIDE,) * 3, "noise", k, (0, 1, 2))
    elif part == "stacks":
        for name, dtype, k in volumes.stack_cells(quick, None):
            yield _kernel(part, name, dtype, (volumes.COUNT, 28, 28), "noise", k, (1, 2))
    else:
        for name in ("default", *FAMILIES):
            yield {"part": part, "name": name, "dtype": "u8", "label": f"features {name}"}


def _kernel(
    part: str,
    name: str,
    dtype: str,
    shape: tuple[int, ...],
    image: str,
    k: int,
    axes: tuple[int, ...],
) -> dict[str, Any]:
    label = f"{part} {name} {dtype} {'x'.join(map(str, shape))} {image} k={k}"
    return {"part": part, "name": name, "dtype": dtype, "shape": shape, "image": image, "k": k,
            "axes": axes, "label": label}  # fmt: skip


def race(old: Side, new: Side, cell: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Compare both results, then time the sides in turns."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{name}.npy") for name in ("old", "new")]
        for side, file in zip((old, new), files, strict=True):
            side.say(do="prepare", cell=cell, result=str(file))
        times = [side.answer()["times"] for side in (old, new)]
        before, after = (np.load(file).astype(np.float64) for file in files)
    differ = float(np.nanmax(np.abs(before - after), initial=0.0))
    pairs: list[tuple[float, float]] = []
    total = 0.0
    while len(pairs) < 9 or total < seconds:
        # who goes first changes, so that a drift of the machine favours nobody
        if len(pairs) % 2:
            late, early = new.seconds(), old.seconds()
        else:
            early, late = old.seconds(), new.seconds()
        pairs.append((early, late))
        total += early * times[0] + late * times[1]
    # whatever else runs on the machine only ever adds time
    olds, news = (1e3 * min(side) for side in zip(*pairs, strict=True))
    return {
        "cell": cell["label"],
        "old_ms": olds,
        "new_ms": news,
        "ratio": news / olds,
        "differ": differ,
    }


def geometric_mean(ratios: list[float]) -> float:
    """Mean of ratios."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def main() -> None:
    """Race what was asked for and print the cells that differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.race")
    parser.add_argument("old", type=Path, help="a checkout of an older commit")
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--only", action="append", help="a kernel or a family")
    parser.add_argument("--dtype", action="append", help="u8, u16, i16 or f32")
    parser.add_argument("--quick", action="store_true", help="few cells")
    parser.add_argument("--seconds", type=float, default=0.2, help="for each cell")
    parser.add_argument("--json", type=Path, help="where to write every cell")
    chosen = parser.parse_args()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    old, new = Side(chosen.old.resolve()), Side(HERE)
    rows = []
    for part in chosen.part or PARTS:
        for cell in cells(part, chosen.quick):
            wanted = chosen.only is None or cell["name"] in chosen.only
            if wanted and (chosen.dtype is None or cell["dtype"] in chosen.dtype):
                rows.append(race(old, new, cell, chosen.seconds))
                mark = "  slower" if rows[-1]["ratio"] > SLOWER else ""
                mark += f"  differs by {rows[-1]['differ']:.3g}" if rows[-1]["differ"] else ""
                print(
                    "{cell:50} {old_ms:9.3f} {new_ms:9.3f} {ratio:6.3f}".format(**rows[-1]) + mark,
                    flush=True,
                )
    mean = geometric_mean([row["ratio"] for row in rows])
    slower = [row for row in rows if row["ratio"] > SLOWER]
    print(f"{len(rows)} cells, geometric mean {mean:.3f}, {len(slower)} slower than {SLOWER}")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
