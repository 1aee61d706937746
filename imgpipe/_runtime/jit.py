"""The sole home of Numba's flags."""

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba
import numba.extending
import numpy as np
from numba.core import config

from imgpipe._runtime.code_cache import folder_of, save_alone


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


def _vector_bytes() -> int:
    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512vbmi2") else 32 if features.get("avx2") else 16


# of the vectors that are fast; LLVM cuts longer ones to pieces
VECTOR_BYTES = _vector_bytes()


def jit(
    function: Callable[..., Any] | None = None,
    *,
    contract: bool = False,
    alone: bool = True,
    inline: bool = False,
    counts: bool = True,
) -> Any:
    """Compile a module-level loop over arrays and scalars, without the GIL, cached on disk.

    ``contract=True`` allows fused multiply-add, and only that; give the measured reason beside it.
    """
    if function is None:
        return lambda f: jit(f, contract=contract, alone=alone, inline=inline, counts=counts)
    if config.DISABLE_JIT:
        # NumPy's scalars warn of sums that wrap or are not finite; compiled code does not
        quiet = np.errstate(over="ignore", invalid="ignore")
        return quiet(function) if alone else function
    # Numba refuses to cache what has no file
    folder = folder_of(function.__code__.co_filename)
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "cache": folder is not None}
    # what lets other code call a function takes a tenth of the time to compile it
    options |= {"no_cfunc_wrapper": True, "no_cpython_wrapper": not alone}
    if inline:
        options["inline"] = "always"
    if contract:
        options["fastmath"] = {"contract"}
    if not counts:
        options["_nrt"] = False
    # Numba reads the folder when it decorates, so that other people's functions keep theirs
    theirs = config.CACHE_DIR
    config.CACHE_DIR = str(folder or "")
    try:
        loop = numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = theirs
    if folder is not None:
        save_alone(loop, folder)
    return loop


def jit_helper(
    function: Callable[..., Any] | None = None,
    *,
    contract: bool = False,
    inline: bool = False,
    counts: bool = True,
) -> Any:
    """Compile a part of a loop as `jit` does; only compiled code may call it: Python crashes.

    With ``inline=True`` it is compiled as part of each caller: a third less work if there is one.
    ``counts=False`` does not count references to arrays, each of which is an atomic instruction
    that waits until all stores are done (measured: a few of them for each strip of 2 to 20 rows
    were a tenth of a mean's time). Such a helper may slice arrays; it cannot make one, and must
    not return one.
    """
    return jit(function, contract=contract, alone=False, inline=inline, counts=counts)


def jit_instructions(in_python: Callable[..., Any]) -> Any:
    """Let a function write LLVM's instructions for a part of a loop, as `numba.extending` has it.

    Where nothing is compiled, `in_python` takes its place.
    """
    return lambda write: in_python if config.DISABLE_JIT else numba.extending.intrinsic(write)
