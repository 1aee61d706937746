"""`python -m benchmarks.lab`: each slider of each step is moved, at 512 x 512.

A step is moved on one image until nothing more is compiled or loaded, then on another one of the
same size and type, so that nothing of it is kept; there its moves are timed.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks._timing import RESULTS, stamp, stamp_lines, table
from benchmarks.lab._client import Client, Taken, running
from benchmarks.plots import write_page
from imgpipe.lab.examples import EXAMPLES
from imgpipe.lab.knobs import catalogue

GOAL = 100.0  # ms in the server, 95 of 100 moves
SHOWN = "chest-ct"  # 512 x 512, int16
MOVES = 9
_BEFORE: list[Any] = [["median", {"size": 5}], ["gaussian", {"sigma": 1.5}]]
_BUDGET = 1500.0  # ms for the moves of a setting that is slow


def moves_of(entry: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Give the settings of each move, a list for each thing that can be turned."""
    if not entry["settings"]:
        yield [{}] * MOVES
    for setting in entry["settings"]:
        values = list(positions(setting))
        if values:
            yield [{setting["name"]: value} for value in values]


def positions(setting: dict[str, Any]) -> Iterator[Any]:
    """Give positions of a slider from end to end, or all choices."""
    if setting["kind"] == "flag":
        yield from (False, True)
    elif setting["kind"] == "choice":
        yield from (choice["value"] for choice in setting["choices"])
    else:
        step = setting["step"]
        last = round((setting["high"] - setting["low"]) / step)
        for place in dict.fromkeys(round(last * k / (MOVES - 1)) for k in range(MOVES)):
            value = setting["low"] + place * step
            yield int(value) if setting["kind"] == "integer" else round(value, 6)


def measured(client: Client, timed: str, entry: dict[str, Any]) -> list[Taken]:
    """Move all that can be turned of one step."""
    found = []
    for moves in moves_of(entry):
        spent = 0.0
        for settings in moves:
            step = [entry["name"], settings]
            chain = ([], step) if entry["group"] == "segmentation" else ([step], None)
            client.ask(SHOWN, *chain)
            taken = client.ask(timed, *chain)
            if taken is not None:
                found.append(taken)
                spent += 2 * taken.whole
            if spent > _BUDGET:
                break
    return found


def long_chain(client: Client, timed: str) -> list[Taken]:
    """Move the first of three steps, a segmentation behind them: all is computed anew."""
    found = []
    for source in (SHOWN, timed):
        found = []
        for size in range(3, 23, 2):
            chain = [["erosion", {"size": size}], *_BEFORE]
            if (taken := client.ask(source, chain, ["otsu", {}])) is not None:
                found.append(taken)
    return found


def row(name: str, taken: list[Taken]) -> list[str]:
    """Sum up what the moves of a step took."""
    server = np.array([each.server for each in taken])
    whole = np.array([each.whole for each in taken])
    p50, p95, most = np.percentile(server, [50, 95, 100])
    return [name, str(len(taken)), f"{p50:.1f}", f"{p95:.1f}", f"{most:.1f}",
            f"{np.percentile(whole, 50):.1f}", f"{np.percentile(whole, 95):.1f}"]  # fmt: skip


def page(groups: dict[str, dict[str, list[Taken]]], seconds: float, prepared: float) -> str:
    """Write all down."""
    header = ["step", "moves", "p50 ms", "p95 ms", "most ms", "p50 whole", "p95 whole"]
    every = [each for steps in groups.values() for taken in steps.values() for each in taken]
    summed = [
        row(group, [each for taken in steps.values() for each in taken])
        for group, steps in groups.items()
    ]
    p95 = float(np.percentile([each.server for each in every], 95))
    late = [
        name
        for steps in groups.values()
        for name, taken in steps.items()
        if np.percentile([each.server for each in taken], 95) > GOAL
    ]
    verdict = "met" if p95 <= GOAL else "**missed**"
    lines = [
        "# The lab page: from a move to the picture",
        "",
        "Each slider and choice of each step was moved from end to end, on a chest CT of 512 x 512",
        "(int16) in a lab that runs in a process of its own, asked through its WebSocket. `ms` are",
        "those of the server, from the request to the answer with picture, numbers, outline and",
        "code; `whole` is what the page waited. Loops were loaded before.",
        "",
        f"Goal: 95 of 100 moves within {GOAL:.0f} ms: {p95:.1f} ms, {verdict}.",
        f"Steps whose own p95 is above: {', '.join(late) or 'none'}.",
        f"Preparing all loops took {prepared:.0f} s, while the page was open.",
        "",
        "## Kinds of steps",
        "",
        table(["kind", *header[1:]], [*summed, row("all", every)]),
        "",
    ]
    for group, steps in groups.items():
        rows = [row(name, taken) for name, taken in steps.items()]
        lines += [f"## {group.capitalize()}", "", table(header, rows), ""]
    packages = ["imgpipe", "numpy", "numba", "opencv-python", "uvicorn", "websockets"]
    return "\n".join([*lines, *stamp_lines(stamp(packages, seconds=round(seconds))), ""])


def main() -> None:
    """Measure, and write the page."""
    begun = time.perf_counter()
    groups: dict[str, dict[str, list[Taken]]] = {}
    with running() as client:
        prepared = client.prepared()
        timed = client.send(EXAMPLES[SHOWN].image().pixels)
        for entry in catalogue():
            taken = measured(client, timed, entry)
            if taken:
                groups.setdefault(entry["group"], {})[entry["name"]] = taken
        chain = "erosion moved before median, gaussian, otsu"
        groups["chains"] = {chain: long_chain(client, timed)}
    text = page(groups, time.perf_counter() - begun, prepared)
    write_page(RESULTS / "lab.md", text)
    print(text)


if __name__ == "__main__":
    main()
