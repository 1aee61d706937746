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
from imgpipe.lab.knobs import UNSCALED, catalogue

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


def watched(client: Client, timed: str) -> list[Taken]:
    """Move the weight of the length of a contour that is looked at while it moves."""
    found = []
    for source in (SHOWN, timed):
        found = []
        for mu in (0.1, 0.3, 0.5, 0.7, 0.9):
            contour = ["active-contour", {"mu": mu, "iterations": 20}]
            if (taken := client.ask(source, [], contour, watch=True)) is not None:
                found.append(taken)
    return found


def row(name: str, taken: list[Taken]) -> list[str]:
    """Sum up what the moves of a step took."""
    numbers = [
        np.percentile([getattr(each, kind) for each in taken], share)
        for kind in ("first", "server", "whole")
        for share in (50, 95)
    ]
    early = sum(each.early for each in taken)
    return [name, str(len(taken)), str(early), *(f"{each:.1f}" for each in numbers)]


def p95_of(kind: str, taken: list[Taken]) -> float:
    """Give what 95 of 100 moves stay below."""
    return float(np.percentile([getattr(each, kind) for each in taken], 95))


def page(groups: dict[str, dict[str, list[Taken]]], seconds: float, prepared: float) -> str:
    """Write all down."""
    header = ["step", "moves", "early", "p50 first", "p95 first",
              "p50 ms", "p95 ms", "p50 whole", "p95 whole"]  # fmt: skip
    every = [each for steps in groups.values() for taken in steps.values() for each in taken]
    summed = [
        row(group, [each for taken in steps.values() for each in taken])
        for group, steps in groups.items()
    ]
    said = {kind: _verdict(kind, groups) for kind in ("first", "server")}
    lines = [
        "# The lab page: from a move to the picture",
        "",
        "Each slider and choice of each step was moved from end to end, on a chest CT of 512 x",
        "512 (int16) in a lab that runs in a process of its own, asked through its WebSocket.",
        "`first` is the time in the server from the request to the first picture: the result",
        "or, where that is expected to take long, a preview without numbers, whose slow steps",
        "are done on larger pixels; `early` counts the moves whose first picture came ahead of",
        "the result. `ms` is the time in the server to the answer with picture, numbers,",
        "outline and code, a pause of 60 ms behind a preview included; `whole` is what the page",
        "waited for that. Of a contour that is watched the first frame counts, when it has",
        "come. Loops were loaded before, and nothing else was asked meanwhile: a move that",
        "comes while a slow result is computed waits for it.",
        "",
        f"Goal: 95 of 100 moves within {GOAL:.0f} ms.",
        "",
        f"- First pictures: {said['first']}",
        f"- Results: {said['server']}",
        "- No preview, since no settings let them do the same on larger pixels, or since they are",
        "  not quicker there: derivatives of a Gaussian, steps of plug-ins,",
        f"  {', '.join(UNSCALED[:6])},",
        f"  {', '.join(UNSCALED[6:])}.",
        f"- Preparing all loops took {prepared:.0f} s, while the page was open.",
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


def _verdict(kind: str, groups: dict[str, dict[str, list[Taken]]]) -> str:
    """Say how many stay within the goal, and which steps do not; who watches waits for the last."""
    steps = {
        name: taken
        for group, steps in groups.items()
        for name, taken in steps.items()
        if kind == "first" or group != "watched"
    }
    p95 = p95_of(kind, [each for taken in steps.values() for each in taken])
    late = [name for name, taken in steps.items() if p95_of(kind, taken) > GOAL]
    verdict = "met" if p95 <= GOAL else "**missed**"
    return f"{p95:.1f} ms, {verdict}; steps whose own p95 is above: {', '.join(late) or 'none'}."


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
        groups["watched"] = {"active-contour, 20 iterations": watched(client, timed)}
    text = page(groups, time.perf_counter() - begun, prepared)
    write_page(RESULTS / "lab.md", text)
    print(text)


if __name__ == "__main__":
    main()
