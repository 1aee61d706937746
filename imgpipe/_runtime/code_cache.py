"""Where compiled code is kept: a folder for each module, named by all the sources it depends on.

Numba's cache looks only at the file that holds the compiled function: it does not see an edit in a
helper of another file, nor a changed ``NUMBA_BOUNDSCHECK``. So the folder's name is a hash of the
module, of every module of this package that it imports, directly or not, of Numba's version and of
its settings: an edit moves the code that depends on it, and no other.
"""

import hashlib
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numba

from imgpipe._common import numba_cache_dir

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

_PACKAGE = Path(__file__).parents[1]
# joblib's workers set the number of threads: they must find what their parent compiled
_NO_EFFECT_ON_CODE = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER"}
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+imgpipe([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)"
    r"|import[ \t]+imgpipe([\w.]*))",
    re.MULTILINE,
)
_in_use: set[Path] = set()


def folder_of(source: str) -> Path | None:
    """Folder for the code compiled from one source file, or None where none is writable."""
    root = _root()
    if root is None or not Path(source).exists():
        return None
    path = Path(source).resolve()
    folder = root / f"{path.parent.name}.{path.stem}-{fingerprint(path)}"
    try:
        folder.mkdir(exist_ok=True)
    except OSError:  # a full disk: the code is compiled and not kept
        return None
    _in_use.add(folder)
    return folder


def folders_in_use() -> list[Path]:
    """Folders of the modules with compiled code that this process has imported."""
    return sorted(_in_use)


@cache
def _root() -> Path | None:
    root = numba_cache_dir()
    try:
        root.mkdir(parents=True, exist_ok=True)
        writable = os.access(root, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        warnings.warn(
            f"imgpipe cannot write compiled code to {root}: every process compiles anew. "
            "Set NUMBA_CACHE_DIR to a writable folder to avoid this.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return root


def fingerprint(path: Path) -> str:
    """Hash of a source, of what it imports, of Numba's version and of its settings."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name in sorted(os.environ):
        if name.startswith("NUMBA_") and name not in _NO_EFFECT_ON_CODE:
            digest.update(f"{name}={os.environ[name]}".encode())
    for source, content in sorted(_closure(str(path)).items()):
        digest.update(source.removeprefix(f"{_PACKAGE}{os.sep}").replace(os.sep, "/").encode())
        digest.update(content.digest)
    return digest.hexdigest()[:16]


def sources_of(path: Path) -> list[Path]:
    """Every source that the code of one may depend on, itself included, sorted.

    Within imgpipe these are the imports, followed to their ends; of another package all its files.
    """
    return sorted(map(Path, _closure(str(path))))


class _Content(NamedTuple):
    """Digest of a source, and the modules of imgpipe that it names in its imports."""

    digest: bytes
    imported: tuple[str, ...]


def _closure(path: str) -> dict[str, _Content]:
    """A source and all that it imports, by path."""
    waiting = [path, *_neighbours(Path(path))]
    found: dict[str, _Content] = {}
    while waiting:
        source = waiting.pop()
        if source not in found:
            # a start asks thousands of times for some fifty files; an edit while it runs counts
            state = os.stat(source)
            found[source] = _content(source, str(_PACKAGE), state.st_mtime_ns, state.st_size)
            waiting += found[source].imported
    return found


def _neighbours(path: Path) -> list[str]:
    """All files of the package that a source belongs to, unless that is imgpipe."""
    if path.is_relative_to(_PACKAGE) or not (path.parent / "__init__.py").exists():
        return []
    package = path.parent
    while (package.parent / "__init__.py").exists():
        package = package.parent
    return list(map(str, package.rglob("*.py")))


@cache
def _content(path: str, package: str, changed: int, size: int) -> _Content:
    """Read a source as it is since it was `changed`."""
    with open(path, "rb") as file:
        content = file.read()
    found = []
    for match in _IMPORT.finditer(content.decode()):
        module, names, plain = match.groups()
        parts = [part for part in (module or plain or "").split(".") if part]
        candidates = [parts, *([*parts, name] for name in re.findall(r"\w+", names or ""))]
        for candidate in candidates:
            place = os.path.join(package, *candidate)
            if candidate and os.path.exists(f"{place}.py"):
                found.append(f"{place}.py")
            elif os.path.exists(os.path.join(place, "__init__.py")):
                found.append(os.path.join(place, "__init__.py"))
    return _Content(hashlib.sha256(content).digest(), tuple(found))


def save_alone(loop: Any, folder: Path) -> None:
    """Let one process at a time add the code of `loop` to its folder.

    Two that number their files at once would leave one signature with the code of another.
    """
    with suppress(AttributeError):
        file = loop._cache._cache_file
        file.save = _locked(folder / "lock")(file.save)


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            # closing is not enough where another thread has forked meanwhile
            fcntl.flock(file, fcntl.LOCK_UN)
