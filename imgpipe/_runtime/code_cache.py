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
from typing import Any

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
    for source in sources_of(path):
        ours = source.is_relative_to(_PACKAGE)
        digest.update((source.relative_to(_PACKAGE) if ours else source).as_posix().encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def sources_of(path: Path) -> list[Path]:
    """Every source that the code of one may depend on, itself included, sorted.

    Within imgpipe these are the imports, followed to their ends; of another package all its files.
    """
    waiting = [path, *_neighbours(path)]
    found: set[Path] = set()
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += _imported(source)
    return sorted(found)


def _neighbours(path: Path) -> list[Path]:
    """All files of the package that a source belongs to, unless that is imgpipe."""
    if path.is_relative_to(_PACKAGE) or not (path.parent / "__init__.py").exists():
        return []
    package = path.parent
    while (package.parent / "__init__.py").exists():
        package = package.parent
    return list(package.rglob("*.py"))


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """Modules of imgpipe that a source names in its imports."""
    found = []
    for match in _IMPORT.finditer(path.read_text(encoding="utf-8")):
        module, names, plain = match.groups()
        parts = [part for part in (module or plain or "").split(".") if part]
        candidates = [parts, *([*parts, name] for name in re.findall(r"\w+", names or ""))]
        for candidate in candidates:
            place = _PACKAGE.joinpath(*candidate)
            if candidate and place.with_suffix(".py").exists():
                found.append(place.with_suffix(".py"))
            elif (place / "__init__.py").exists():
                found.append(place / "__init__.py")
    return tuple(found)


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
