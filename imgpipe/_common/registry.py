"""Entries by name: imgpipe's own, and those that other packages add."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from threading import RLock
from typing import Any, NamedTuple, TypeVar

from imgpipe._common.errors import InputError

Entry = TypeVar("Entry")


class Home(NamedTuple):
    """Where an entry stands that is imported when it is asked for."""

    module: str
    name: str


class Registry(dict[str, Entry]):
    """A dict that also holds what installed packages offer as entry points of its group.

    Looking for them takes milliseconds, and their import any time: they are loaded when a name is
    asked for that is not there, or when all are listed. One that cannot be used is left out with a
    warning that names its package. A pickle holds a plain dict.

    Parameters
    ----------
    kind : str
        What an entry is, for messages.
    group : str
        Name of the group of entry points, such as ``"imgpipe.kernels"``.
    own : dict
        The entries of imgpipe itself, or their homes; nothing replaces them.
    check : callable
        ``check(name, entry)`` raises `InputError` for an entry that cannot be used.

    Attributes
    ----------
    own : tuple of str
        Names of imgpipe's own entries.
    """

    def __init__(
        self,
        kind: str,
        group: str,
        own: Mapping[str, Entry | Home],
        check: Callable[[str, Any], None],
    ) -> None:
        super().__init__({n: entry for n, entry in own.items() if not isinstance(entry, Home)})
        self.own = tuple(own)
        self._homes = {n: home for n, home in own.items() if isinstance(home, Home)}
        self._kind, self._group, self._check = kind, group, check
        self._registered: dict[str, Entry] = {}
        self._lock = RLock()
        self._loading = self._loaded = False

    def register(self, name: str, entry: Entry) -> None:
        """Add an entry; the same one again changes nothing.

        Raises
        ------
        InputError
            If it cannot be used, or the name is taken.
        """
        self._load()
        self._add(name, entry)
        self._registered[name] = entry

    def registered(self) -> dict[str, Entry]:
        """Entries that this process has registered, of which a worker knows nothing yet."""
        return {name: entry for name, entry in self._registered.items() if name in self}

    def __missing__(self, name: str) -> Entry:
        if name in self._homes:
            return self._come_home(name)
        self._load()
        if super().__contains__(name):
            return super().__getitem__(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name) or name in self._homes:
            return True
        self._load()
        return super().__contains__(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (list(self.items()),)

    def _come_home(self, name: str) -> Entry:
        """Import an entry."""
        with self._lock:
            home = self._homes.get(name)
            if home is not None:
                super().__setitem__(name, getattr(import_module(home.module), home.name))
                del self._homes[name]
            return super().__getitem__(name)

    def _load(self) -> None:
        """Import what is still at home, and add what installed packages offer, once."""
        if self._loaded:
            return
        with self._lock:
            # what a package imports may read this registry, or register itself
            if self._loading or self._loaded:
                return
            self._loading = True
            try:
                self._load_all()
                self._loaded = True
            finally:  # an import that fails, or is interrupted, is tried again, not forgotten
                self._loading = False

    def _load_all(self) -> None:
        for name in tuple(self._homes):
            self._come_home(name)
        # imgpipe's own in their order, whichever came first; then what an interrupted look found
        there = tuple(super().keys())
        for name in (*self.own, *(n for n in there if n not in self.own)):
            if name in there:
                super().__setitem__(name, super().pop(name))
        from importlib.metadata import entry_points

        found = entry_points(group=self._group)
        for point in sorted(found, key=lambda p: (p.dist.name if p.dist else "", p.name)):
            try:
                self._add(point.name, point.load())
            except Exception as error:  # another package's import raises anything
                package = point.dist.name if point.dist else point.value
                what = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
                warnings.warn(
                    f"the package {package} offers the {self._kind} {point.name!r}, which is "
                    f"left out: {what}{error}",
                    stacklevel=3,
                )

    def _add(self, name: str, entry: Entry) -> None:
        self._check(name, entry)
        if not isinstance(name, str) or not name or any(c.isspace() or c == "," for c in name):
            raise InputError(f"a {self._kind} is named {name!r}; give a word without commas")
        if super().__contains__(name):
            if super().__getitem__(name) is entry:
                return
            raise InputError(f"the name {name!r} is taken by another {self._kind}")
        super().__setitem__(name, entry)


def require_callable(kind: str, name: str, entry: Any, *parameters: str) -> None:
    """Refuse what cannot be called with these keywords."""
    if not callable(entry):
        raise InputError(f"the {kind} {name!r} is of type {type(entry).__name__}; give a function")
    try:
        takes = inspect.signature(entry).parameters
    except ValueError:  # code in C may say nothing
        raise InputError(f"the {kind} {name!r} does not say what arguments it takes") from None
    if any(each.kind is each.VAR_KEYWORD for each in takes.values()):
        return
    missing = [parameter for parameter in parameters if parameter not in takes]
    if missing:
        raise InputError(f"the {kind} {name!r} takes no argument {missing[0]}")


def settings_of(entry: Callable[..., Any]) -> dict[str, inspect.Parameter] | None:
    """Give what a kernel takes beside the image and `axes`; None where it takes anything."""
    parameters = list(inspect.signature(entry).parameters.values())[1:]
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return None
    return {each.name: each for each in parameters if each.name != "axes"}


def _complete(name: str) -> Callable[..., Any]:
    """Let a method of dict that looks at all entries load the packages' before."""
    method = getattr(dict, name)

    @wraps(method)
    def listed(self: Registry[Any], *arguments: Any) -> Any:
        self._load()
        return method(self, *arguments)

    return listed


for _name in (
    "__iter__",
    "__len__",
    "__reversed__",
    "__eq__",
    "__or__",
    "__ror__",
    "__repr__",
    "copy",
    "get",
    "items",
    "keys",
    "values",
):
    setattr(Registry, _name, _complete(_name))
