"""Reference: a page for every public name of every room, made from its docstring."""

import inspect
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import imgpipe

# rooms behind rooms, which the README and other pages import from
INNER = ("learn.networks", "evaluate.plots")
# what a room for programs rather than for people offers to a server of one's own
SERVE = {"imgpipe.serve.http": ("application",), "imgpipe.serve.app.settings": ("Settings",)}


@dataclass(frozen=True)
class Name:
    """A public name: the module that it is imported from, itself, and its page."""

    module: str
    name: str
    page: str

    @property
    def value(self) -> Any:
        """What the name stands for."""
        return getattr(import_module(self.module), self.name)


@dataclass(frozen=True)
class Room:
    """A module and its public names, classes and functions and data in one order."""

    title: str
    words: str
    page: str
    names: tuple[Name, ...]


def rooms() -> list[Room]:
    """List the rooms in the order of the alphabet, what stands behind a room after it."""
    inside = [name for name in imgpipe.__all__ if _is_room(name)]
    found = [_room(name) for name in sorted([*inside, *INNER])]
    served = tuple(
        Name(module, name, f"reference/serve/{name}")
        for module, names in SERVE.items()
        for name in names
    )
    found.append(Room("imgpipe.serve", _doc("imgpipe.serve"), "reference/serve/index", served))
    error = (Name("imgpipe", "InputError", "reference/imgpipe/InputError"),)
    return [Room("imgpipe", "What is wrong with input.", "reference/imgpipe/index", error), *found]


def pages() -> dict[str, str]:
    """Map each page (without its suffix) to its text in reStructuredText."""
    found = rooms()
    made = {"reference": _contents(found)}
    for room in found:
        made[room.page] = _room_page(room)
        for name in room.names:
            made[name.page] = _name_page(name)
    return made


def _is_room(name: str) -> bool:
    return not name.startswith("_") and isinstance(getattr(imgpipe, name), ModuleType)


def _doc(module: str) -> str:
    return inspect.getdoc(import_module(module)) or ""


def _room(name: str) -> Room:
    module = f"imgpipe.{name}"
    public = sorted(import_module(module).__all__, key=lambda one: (one.lower(), one))
    alike = Counter(one.lower() for one in public)
    names = []
    for one in public:
        # files of some systems cannot tell Window from window
        twin = alike[one.lower()] > 1 and one[0].isupper()
        names.append(Name(module, one, f"reference/{name}/{one}{'-class' if twin else ''}"))
    return Room(module, _doc(module), f"reference/{name}/index", tuple(names))


def _headed(title: str) -> list[str]:
    return [title, "=" * len(title), ""]


def _contents(found: list[Room]) -> str:
    lines = [*_headed("Reference"), "Every public name, by its room.", ""]
    lines += [".. list-table::", "   :widths: 30 70", ""]
    for room in found:
        lines += [f"   * - :doc:`{room.title} </{room.page}>`", f"     - {_first(room.words)}"]
    lines += ["", ".. toctree::", "   :hidden:", ""]
    return "\n".join([*lines, *(f"   {room.title} </{room.page}>" for room in found), ""])


def _room_page(room: Room) -> str:
    lines = [*_headed(room.title), _first(room.words), ""]
    kinds = {"Functions": [], "Classes": [], "Data": []}
    for name in room.names:
        kinds[_kind(name.value)].append(name)
    for kind, names in kinds.items():
        if not names:
            continue
        lines += [kind, "-" * len(kind), "", ".. list-table::", "   :widths: 30 70", ""]
        for name in names:
            lines += [f"   * - :doc:`{name.name} </{name.page}>`", f"     - {_summary(name)}"]
        lines.append("")
    lines += [".. toctree::", "   :hidden:", ""]
    return "\n".join([*lines, *(f"   {name.name} </{name.page}>" for name in room.names), ""])


def _name_page(name: Name) -> str:
    kind = _kind(name.value)
    lines = [*_headed(name.name), f".. currentmodule:: {name.module}", ""]
    if kind == "Functions":
        lines.append(f".. autofunction:: {name.name}")
    elif kind == "Classes":
        lines += [f".. autoclass:: {name.name}", "   :members:", "   :member-order: bysource"]
    else:
        lines += [f".. py:data:: {name.name}", "", *_data(name)]
    return "\n".join([*lines, ""])


def _kind(value: Any) -> str:
    if inspect.isclass(value):
        return "Classes"
    return "Functions" if callable(value) else "Data"


def _first(text: str) -> str:
    """Give the first paragraph as one line."""
    return " ".join(text.split("\n\n")[0].split())


def _summary(name: Name) -> str:
    if _kind(name.value) == "Data":
        return _told(name.value)
    return _first(inspect.getdoc(name.value) or "")


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return f"{len(value)} entries by name."
    if isinstance(value, int | float | str):
        return f"``{value!r}``"
    return f"{len(value)} values." if hasattr(value, "__len__") else ""


def _data(name: Name) -> list[str]:
    """Describe a registry by its entries, another value by itself."""
    value = name.value
    if not isinstance(value, dict):
        shown = sorted(value) if isinstance(value, set | frozenset) else value
        return ["   ::", "", f"       {name.name} = {shown!r}"]
    lines = ["   Entries by name; each is looked up as in a ``dict``.", ""]
    lines += ["   .. list-table::", "      :widths: 30 70", ""]
    for key in value:
        lines += [f"      * - ``{key}``", f"        - {_entry(value[key])}"]
    return lines


def _entry(entry: Any) -> str:
    """Say what an entry is: its own words, else its docstring's first paragraph."""
    for attribute in ("description", "title"):
        told = getattr(entry, attribute, None)
        if isinstance(told, str) and told:
            return _first(told)
    if inspect.isfunction(entry) or inspect.isclass(entry):
        return _first(inspect.getdoc(entry) or "")
    return ""
