"""The goals, each judged from the cells and never by hand."""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kernels.cases import GRID, Cell

NOTES = Path(__file__).parent.parent / "kernel_notes.toml"
# near the limits of arithmetic or memory: cells that may fall short of 1, and how far
EXEMPT = {
    "2d convolve u16 * * k=31": 0.85,
    "2d convolve i16 * * k=31": 0.85,
    "2d convolve f32 * * k=31": 0.85,
    "2d median u8 * * k=31": 0.8,
    "2d median u16 2048x2048 * k=3": 0.9,
}
# below so many times np.copyto, two threads wait for the memory instead of for one another
MEMORY_BOUND = 8.0


@dataclass
class Verdict:
    """A goal, what was found, and the cells that fall short."""

    goal: str
    found: str
    met: bool
    short: list[str]


def floor_of(cell: Cell) -> float:
    """The lowest ratio that the goals allow this cell."""
    return next((low for glob, low in EXEMPT.items() if fnmatch(cell.name, glob)), 1.0)


def geometric(values: Iterable[float]) -> float:
    """Geometric mean."""
    return float(np.exp(np.mean(np.log(list(values)))))


def reason_of(name: str) -> str:
    """The note on why the cell or row of this name falls short, if there is one."""
    notes = tomllib.loads(NOTES.read_text()) if NOTES.exists() else {}
    return next((text for glob, text in notes.items() if fnmatch(name, glob)), "")


def slower(cells: list[Cell]) -> list[tuple[Cell, float, str]]:
    """Cells below 1.0, the lowest first, with what is known about them."""
    found = []
    for cell in cells:
        ratio = cell.main_ratio
        if cell.part == "threads" or ratio is None or ratio >= 1.0:
            continue
        low = floor_of(cell)
        allowed = f"exempt down to {low}" if low <= ratio else ""
        found.append((cell, ratio, "; ".join(filter(None, [allowed, reason_of(cell.name)]))))
    return sorted(found, key=lambda item: item[1])


def _mean_goal(name: str, cells: list[Cell], goal: float, *who: str) -> Verdict | None:
    ratios = {cell: r for cell in cells if (r := cell.ratio(*who)) is not None}
    if not ratios:
        return None
    mean, low = geometric(ratios.values()), min(ratios, key=lambda cell: ratios[cell])
    found = f"{mean:.2f} over {len(ratios)} cells, lowest {ratios[low]:.2f} ({low.name})"
    return Verdict(f"{name}: geometric mean at least {goal}", found, mean >= goal, [])


def _each_goal(
    name: str,
    cells: list[Cell],
    value: Callable[[Cell], float | None],
    limit: Callable[[Cell], float],
    most: bool = False,
) -> Verdict | None:
    values = {cell: v for cell in cells if (v := value(cell)) is not None}
    if not values:
        return None
    short = {c: v for c, v in values.items() if (v > limit(c) if most else v < limit(c))}
    worst = (max if most else min)(values, key=lambda cell: values[cell])
    found = f"{'highest' if most else 'lowest'} {values[worst]:.2f} ({worst.name})"
    lines = [f"{c.name}: {v:.2f}{_because(c.name)}" for c, v in sorted(short.items(), key=_second)]
    found += f"; {len(short)} of {len(values)} fall short" if short else f" of {len(values)}"
    return Verdict(name, found, not short, lines)


def _listed_below(verdict: Verdict | None) -> Verdict | None:
    """Leave its cells to the table of all cells below 1."""
    if verdict is not None:
        verdict.short = []
    return verdict


def _second(item: tuple[Any, float]) -> float:
    return item[1]


def _because(name: str) -> str:
    reason = reason_of(name)
    return f" ({reason})" if reason else ""


def _of(cells: list[Cell], part: str, **wanted: Any) -> list[Cell]:
    """Cells of a part of the grid; a wanted value is one or a tuple of several."""
    chosen = [cell for cell in cells if cell.part == part and cell.kernel in GRID]
    for key, value in wanted.items():
        values = value if isinstance(value, tuple) else (value,)
        chosen = [cell for cell in chosen if getattr(cell, key) in values]
    return chosen


def verdicts(cells: list[Cell], latency: dict[str, Any]) -> list[Verdict]:
    """Judge every goal that this run has cells for."""
    plane, volumes, stacks = _of(cells, "2d"), _of(cells, "3d"), _of(cells, "stacks")
    bytes_ = _of(cells, "2d", dtype="u8")
    medians = [cell for cell in plane if cell.kernel == "median"]
    alone = [cell for cell in medians if "OpenCV" not in cell.peers_ms]
    shared = [c for c in _of(cells, "threads") if (c.copies or 0) >= MEMORY_BOUND]
    near = [cell for cell in bytes_ if cell.shape == "2048x2048" and cell.k == 3]
    few, mean = ("erosion", "dilation", "median"), ("mean",)

    def ratio(*who: str) -> Callable[[Cell], float | None]:
        return lambda cell: cell.ratio(*who)

    def at(goal: float) -> Callable[[Cell], float]:
        return lambda _: goal

    opencv, others = ratio("OpenCV"), ratio("SciPy", "SimpleITK")
    wide = [c for c in medians if c.dtype == "u8"]
    judged = [
        _mean_goal("OpenCV, 2-D", plane, 2.0, "OpenCV"),
        _listed_below(
            _each_goal("OpenCV, 2-D: no cell below 1, exemptions aside", plane, opencv, floor_of)
        ),
        _each_goal(
            "median where OpenCV has no answer: at least 50 times the best of SciPy and SimpleITK",
            alone,
            others,
            at(50),
        ),
        _each_goal(
            "median u8, k = 7 and 9: at least 20 times OpenCV",
            [c for c in wide if c.k in (7, 9)],
            opencv,
            at(20),
        ),
        _each_goal(
            "median u8, k = 15: at least 4 times OpenCV",
            [c for c in wide if c.k == 15],
            opencv,
            at(4),
        ),
        _mean_goal("SciPy, 3-D", volumes, 20, "SciPy"),
        _each_goal("SciPy, 3-D: no cell below 8", volumes, ratio("SciPy"), at(8)),
        _each_goal("SimpleITK, 3-D: no cell below 3", volumes, ratio("SimpleITK"), at(3)),
        _mean_goal("loop over OpenCV, stacks", stacks, 8, "OpenCV"),
        _each_goal("loop over OpenCV, stacks: no cell below 3", stacks, opencv, at(3)),
        _each_goal(
            f"2 threads: at least 1.7 times one, above {MEMORY_BOUND:g} copies",
            shared,
            ratio("one thread"),
            at(1.7),
        ),
        _each_goal(
            "u8 2048x2048 k = 3: erosion, dilation, median within 6 copies",
            [c for c in near if c.kernel in few],
            lambda c: c.copies,
            at(6),
            most=True,
        ),
        _each_goal(
            "u8 2048x2048 k = 3: mean within 10 copies",
            [c for c in near if c.kernel in mean],
            lambda c: c.copies,
            at(10),
            most=True,
        ),
        *_latency_goals(latency),
    ]
    return [verdict for verdict in judged if verdict is not None]


def _latency_goals(latency: dict[str, Any]) -> list[Verdict]:
    found = []
    for part, key, goal, unit, text in (
        ("overheads", "overhead_us", 5.0, "us", "overhead of a call on 28x28: at most 5 us"),
        ("first", "first_s", 0.2, "s", "first call from a warm cache: at most 0.2 s beyond Numba"),
    ):
        rows = {f"{row['kernel']} {row['dtype']}": row[key] for row in latency.get(part, [])}
        if rows:
            worst = max(rows, key=lambda name: rows[name])
            short = [
                f"{name}: {value:.2f} {unit}{_because(f'{part} {name}')}"
                for name, value in rows.items()
                if value > goal
            ]
            told = f"highest {rows[worst]:.2f} {unit} ({worst}) of {len(rows)}"
            found.append(Verdict(text, told, not short, short))
    if "warm" in latency:
        warm = latency["warm"]
        told = f"{warm['kernels_s']:.0f} s (longest {warm['longest']}: {warm['longest_s']:.1f} s)"
        told += f"; with the features and the start {warm['total_s']:.0f} s"
        goal = "`doctor --warm` compiles the kernels from an empty cache in at most 120 s, one core"
        met = warm["kernels_s"] <= 120
        short = [] if met else [f"warm: {warm['kernels_s']:.0f} s{_because('warm')}"]
        found.append(Verdict(goal, told, met, short))
    return found
