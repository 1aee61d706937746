"""The sole home of Numba's flags and of its on-disk cache.

Numba's cache looks only at the file that holds the compiled function: it does not see an edit in a
helper of another file, nor a changed ``NUMBA_BOUNDSCHECK``. So every set of sources, settings and
Numba version gets a cache folder of its own.
"""

import hashlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np
from numba.core import config

from imgpipe._common import numba_cache_dir

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

_PACKAGE = Path(__file__).parent.parent
_ROOMS_WITH_LOOPS = ("_runtime", "kernels", "features")
# joblib's workers set the number of threads: they must find what their parent compiled
_NO_EFFECT_ON_CODE = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER"}


def _use_whole_vectors() -> None:
    """Let LLVM use 512-bit vectors where it would not, though the CPU does not slow down for them.

    LLVM spares them on all Intel CPUs; those before Ice Lake, which lack AVX512-VBMI2, do slow
    down. Measured on Emerald Rapids: kernels on floats gain up to a half. This is Numba's own
    setting ``NUMBA_CPU_FEATURES``, which wins where it is set, and holds for the whole process.
    """
    if config.CPU_FEATURES is not None or config.CPU_NAME is not None or not config.ENABLE_AVX:
        return
    features = llvm.get_host_cpu_features()
    if features.get("avx512vbmi2"):
        config.CPU_FEATURES = f"{features.flatten()},-prefer-256-bit"


_use_whole_vectors()


def jit(
    function: Callable[..., Any] | None = None, *, contract: bool = False, alone: bool = True
) -> Any:
    """Compile a module-level loop over arrays and scalars, without the GIL, cached on disk.

    ``contract=True`` allows fused multiply-add, and only that; give the measured reason beside it.
    """
    if function is None:
        return lambda f: jit(f, contract=contract, alone=alone)
    if config.DISABLE_JIT:
        # NumPy's scalars warn of sums that wrap or are not finite; compiled code does not
        quiet = np.errstate(over="ignore", invalid="ignore")
        return quiet(function) if alone else function
    folder = cache_folder()
    # Numba refuses to cache what has no file
    cached = folder is not None and Path(function.__code__.co_filename).exists()
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": cached}
    # what lets other code call a function takes a tenth of the time to compile it
    options |= {"no_cfunc_wrapper": True, "no_cpython_wrapper": not alone}
    if contract:
        options["fastmath"] = {"contract"}
    # Numba reads the folder when it decorates, so that other people's functions keep theirs
    theirs = config.CACHE_DIR
    config.CACHE_DIR = str(folder or "")
    try:
        loop = numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = theirs
    if folder is not None and cached:
        _save_alone(loop, folder / "lock")
    return loop


def _save_alone(loop: Any, lock: Path) -> None:
    """Let one process at a time add to the cache.

    Two that number their files at once would leave one signature with the code of another.
    """
    with suppress(AttributeError):
        file = loop._cache._cache_file
        file.save = _locked(lock)(file.save)


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


def jit_helper(function: Callable[..., Any] | None = None, *, contract: bool = False) -> Any:
    """Compile a part of a loop as `jit` does; only compiled code may call it: Python crashes."""
    return jit(function, contract=contract, alone=False)


@cache
def cache_folder() -> Path | None:
    """Folder for the compiled code of exactly these sources, or None where none is writable."""
    folder = numba_cache_dir() / _fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        warnings.warn(
            f"imgpipe cannot write compiled code to {folder}: every process compiles anew. "
            "Set NUMBA_CACHE_DIR to a writable folder to avoid this.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return folder


def _fingerprint() -> str:
    """Hash of all sources with jitted code, of Numba's version and of its settings."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name in sorted(os.environ):
        if name.startswith("NUMBA_") and name not in _NO_EFFECT_ON_CODE:
            digest.update(f"{name}={os.environ[name]}".encode())
    for room in _ROOMS_WITH_LOOPS:
        for source in sorted((_PACKAGE / room).rglob("*.py")):
            digest.update(source.relative_to(_PACKAGE).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def written_module(name: str, write: Callable[[], str]) -> ModuleType:
    """Import the module whose source ``write()`` returns; it is kept beside the compiled code.

    Numba caches only what has a file. Without a folder for it, the module lives in memory.
    """
    folder = cache_folder()
    path = folder / f"{name}.py" if folder is not None else None
    if path is not None and not path.exists():
        try:
            draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            draft.write_text(write(), encoding="utf-8")
            draft.replace(path)
        except OSError:
            path = None
    full_name = f"imgpipe.written.{name}"
    if path is None:
        module = ModuleType(full_name)
        exec(compile(write(), f"<{name}>", "exec"), module.__dict__)
        return module
    spec = spec_from_file_location(full_name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Numba's cache finds a function again by the name of its module
    sys.modules[full_name] = module
    spec.loader.exec_module(module)
    return module
