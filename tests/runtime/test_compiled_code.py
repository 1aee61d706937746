"""How loops are compiled: parts that only compiled code may call, and the width of vectors."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import imgpipe

PACKAGE = Path(imgpipe.__file__).parent


def sources(package: Path, name: str = "imgpipe") -> dict[str, ast.Module]:
    """Every module below a package, by its dotted name: stems repeat themselves in its folders."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join([name, *parts])] = ast.parse(path.read_text())
    return found


def decorated(tree: ast.Module, *names: str) -> set[str]:
    """Names of the functions of a module that one of these decorators compiles."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            words = [ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list]
            found |= {node.name} if set(words) & set(names) else set()
    return found


def inner_functions(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Functions of each module that only compiled code may call."""
    return {module: decorated(tree, "jit_helper") for module, tree in trees.items()}


def visible(module: str, tree: ast.Module, inner: dict[str, set[str]]) -> set[str]:
    """Names by which a module knows functions that only compiled code may call."""
    names = set(inner[module])
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            theirs = inner.get(node.module, set())
            names |= {alias.asname or alias.name for alias in node.names if alias.name in theirs}
    return names


def python_uses(tree: ast.Module, names: set[str]) -> set[str]:
    """Which of these names code that is not compiled mentions."""
    compiled = decorated(tree, "jit_helper", "jit")
    rest = [n for n in tree.body if not (isinstance(n, ast.FunctionDef) and n.name in compiled)]
    mentioned = {n.id for part in rest for n in ast.walk(part) if isinstance(n, ast.Name)}
    return mentioned & names


SOURCES = sources(PACKAGE)
INNER = inner_functions(SOURCES)


@pytest.mark.parametrize(
    "module", [m for m, tree in SOURCES.items() if "@jit" in ast.unparse(tree)]
)
def test_only_compiled_code_calls_inner_functions(module: str) -> None:
    """A function without a wrapper would crash the interpreter that calls it."""
    assert not python_uses(SOURCES[module], visible(module, SOURCES[module], INNER))


def test_a_call_from_python_would_be_found(tmp_path: Path) -> None:
    """The search finds planted calls, in folders too, and tells modules of one stem apart."""
    for room, text in {
        "box": "@jit_helper\ndef part():\n    pass\n\n\ndef door():\n    part()\n",
        "ranks": "def part():\n    pass\n\n\ndef door():\n    part()\n",
    }.items():
        (tmp_path / "kernels" / room).mkdir(parents=True)
        (tmp_path / "kernels" / room / "sums.py").write_text(text)
    (tmp_path / "door.py").write_text(
        "from imgpipe.kernels.box.sums import part\n\n\ndef door():\n    part()\n"
    )
    trees = sources(tmp_path)
    inner = inner_functions(trees)
    uses = {m: python_uses(tree, visible(m, tree, inner)) for m, tree in trees.items()}
    assert uses == {
        "imgpipe.kernels.box.sums": {"part"},
        "imgpipe.kernels.ranks.sums": set(),
        "imgpipe.door": {"part"},
    }


# more arguments than this want a name for what belongs together
MOST_ARGUMENTS = 12


def crowded(trees: dict[str, ast.Module]) -> set[str]:
    """Compiled functions that take more arguments than they may."""
    found = set()
    for module, tree in trees.items():
        compiled = decorated(tree, "jit", "jit_helper")
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in compiled:
                given = node.args
                count = len(given.posonlyargs + given.args + given.kwonlyargs)
                if count > MOST_ARGUMENTS:
                    found.add(f"{module}.{node.name}")
    return found


def test_no_compiled_function_takes_more_than_twelve_arguments() -> None:
    """What a loop knows of an image has names: none is crowded."""
    assert not crowded(SOURCES)


def test_a_crowded_function_would_be_found() -> None:
    """Thirteen arguments are one too many, by position or by name, compiled code only."""
    names = ", ".join(f"a{i}" for i in range(12))
    text = (
        f"@jit\ndef full({names}):\n    pass\n\n\n"
        f"@jit_helper(contract=True)\ndef over({names}, *, b):\n    pass\n\n\n"
        f"def plain({names}, b):\n    pass\n"
    )
    assert crowded({"room": ast.parse(text)}) == {"room.over"}


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
