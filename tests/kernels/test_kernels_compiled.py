"""How loops are compiled: parts that only compiled code may call, and the width of vectors."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import imgpipe

ROOMS = [Path(imgpipe.__file__).parent / room for room in ("kernels", "features")]
SOURCES = {path: ast.parse(path.read_text()) for room in ROOMS for path in room.glob("*.py")}


def decorated(tree: ast.Module, *names: str) -> set[str]:
    """Names of the functions of a module that one of these decorators compiles."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            words = [ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list]
            found |= {node.name} if set(words) & set(names) else set()
    return found


INNER = {path.stem: decorated(tree, "inner") for path, tree in SOURCES.items()}


def visible(path: Path, tree: ast.Module) -> set[str]:
    """Names by which a module knows functions that only compiled code may call."""
    names = set(INNER[path.stem])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = INNER.get(node.module.split(".")[-1], set())
            names |= {alias.asname or alias.name for alias in node.names if alias.name in inner}
    return names


def python_uses(tree: ast.Module, names: set[str]) -> set[str]:
    """Which of these names code that is not compiled mentions."""
    compiled = decorated(tree, "inner", "jit")
    rest = [n for n in tree.body if not (isinstance(n, ast.FunctionDef) and n.name in compiled)]
    mentioned = {n.id for part in rest for n in ast.walk(part) if isinstance(n, ast.Name)}
    return mentioned & names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_compiled_code_calls_inner_functions(path: Path) -> None:
    """A function without a wrapper would crash the interpreter that calls it."""
    assert not python_uses(SOURCES[path], visible(path, SOURCES[path]))


def test_a_call_from_python_would_be_found() -> None:
    """The search above finds a planted call."""
    tree = ast.parse("@inner\ndef part():\n    pass\n\n\ndef door():\n    part()\n")
    assert decorated(tree, "inner") == {"part"}
    assert python_uses(tree, {"part"}) == {"part"}


def features_asked(**settings: str) -> str | None:
    """Numba's CPU features in a fresh process with these settings, after the kernels' import."""
    code = "import imgpipe.kernels; from numba.core import config; print(config.CPU_FEATURES)"
    env = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")} | settings
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    return done.stdout.strip()


@pytest.mark.jit
def test_whole_vectors_are_asked_for_only_where_nobody_chose() -> None:
    """LLVM's preference changes on CPUs with AVX512-VBMI2; the user's own setting stays."""
    asked = features_asked()
    assert asked == "None" or ("+avx512vbmi2" in asked and asked.endswith(",-prefer-256-bit"))
    assert features_asked(NUMBA_CPU_FEATURES="+sse4.2") == "+sse4.2"
    assert features_asked(NUMBA_CPU_NAME="generic") == ""
