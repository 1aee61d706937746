"""Rooms keep their private names to themselves."""

import ast
from pathlib import Path

import imgpipe

PACKAGE = Path(imgpipe.__file__).parent
SHARED = {"_common", "_runtime"}  # rooms for the package alone, and for all of it


def private_names_of_others(source: str, room: str) -> list[str]:
    """Dotted private names below other rooms that a file of `room` imports or reaches into."""
    tree = ast.parse(source)
    places = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "imgpipe":
            for name in node.names:
                places[name.asname or name.name] = f"{node.module}.{name.name}"
        elif isinstance(node, ast.Import):
            places |= {
                name.asname: name.name
                for name in node.names
                if name.asname and name.name.startswith("imgpipe.")
            }
    reached = [
        f"{places[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in places
    ]
    return [name for name in [*places.values(), *reached] if _private_elsewhere(name, room)]


def _private_elsewhere(dotted: str, room: str) -> bool:
    """Whether a name of the package is private to another room."""
    _, other, *below = dotted.split(".")
    if other == room or other.startswith("__"):
        return False
    hidden = [part for part in below if part.startswith("_") and not part.startswith("__")]
    return bool(hidden) or (other.startswith("_") and other not in SHARED)


def test_no_private_name_crosses_a_room() -> None:
    """What begins with an underscore is used in its own room only."""
    crossing = {
        str(path.relative_to(PACKAGE)): names
        for path in sorted(PACKAGE.rglob("*.py"))
        if (names := private_names_of_others(path.read_text(), path.relative_to(PACKAGE).parts[0]))
    }
    assert crossing == {}


def test_a_crossing_is_seen() -> None:
    """A private file, name or attribute of another room is found; one's own and rooms are not."""
    source = """
from imgpipe._common import InputError
from imgpipe.kernels._plans import plan
from imgpipe.kernels.mean import _sums, mean
from imgpipe.report import charts
from imgpipe.learn._builder import Builder
import imgpipe.images.read as reading

ticks = charts._ticks(charts.NARROW, charts.__doc__)
decoder = reading._decoder
"""
    assert set(private_names_of_others(source, "learn")) == {
        "imgpipe.kernels._plans.plan",
        "imgpipe.kernels.mean._sums",
        "imgpipe.report.charts._ticks",
        "imgpipe.images.read._decoder",
    }
