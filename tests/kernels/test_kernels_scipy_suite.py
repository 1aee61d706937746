"""SciPy's own tests of `scipy.ndimage`, run against our kernels.

The plugin `scipy_by_imgpipe` translates; `scipy_cases.toml` lists what does not apply, and why.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import scipy

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "scipy_cases.toml").read_text())
MODULES = ("scipy.ndimage.tests.test_filters", "scipy.ndimage.tests.test_morphology")


def run_suite(folder: Path) -> dict[str, dict[str, Any]]:
    """Run SciPy's tests in a process of their own; return the cases that met a kernel of ours."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    words = ["-c", "pytest.ini", "-p", "no:cacheprovider", "-p", "scipy_by_imgpipe", "--tb=no"]
    paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    told = {"SCIPY_BY_IMGPIPE": "cases.json", "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "--pyargs", *MODULES],
        cwd=folder,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
    )
    assert (folder / "cases.json").exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads((folder / "cases.json").read_text())


def judge(cases: dict[str, dict[str, Any]], table: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong: failures that nothing excuses, excuses that count wrongly."""
    wrong, used = [], [0] * len(table)
    for name, case in cases.items():
        if case["outcome"] != "failed":
            continue
        for number, entry in enumerate(table):
            if re.search(entry["cases"], name) and re.search(entry["error"], case["error"]):
                used[number] += 1
                break
        else:
            wrong.append(f"{name}: {case['error']}")
    for entry, count in zip(table, used, strict=True):
        if count != entry.get("count", count):
            wrong.append(f"{count} cases, the table says {entry['count']}: {entry['reason']}")
    return wrong


@pytest.mark.full
@pytest.mark.jit
@pytest.mark.slow
def test_scipys_own_suite(tmp_path: Path) -> None:
    """Each case of SciPy that calls a function of ours passes, or the table says why not."""
    if not scipy.__version__.startswith(TABLE["scipy"]):
        pytest.skip(f"the table is that of SciPy {TABLE['scipy']}, here is {scipy.__version__}")
    if find_spec("scipy.ndimage.tests") is None:
        pytest.skip("this SciPy came without its tests")
    cases = run_suite(tmp_path)
    assert sum(case["outcome"] == "passed" for case in cases.values()) > 1500
    wrong = judge(cases, TABLE["excused"])
    assert not wrong, "\n".join(wrong)


def test_judge_sees_failures_and_stale_excuses() -> None:
    """An unexcused failure is reported, and so is an excused case that passes."""
    table = [{"reason": "why", "cases": "one", "error": "Type", "count": 1}]
    failed = {"outcome": "failed", "error": "TypeError: x"}
    assert judge({"one": failed}, table) == []
    assert judge({"one": failed, "two": failed}, table) == ["two: TypeError: x"]
    passed = {"outcome": "passed", "error": ""}
    assert judge({"one": passed}, table) == ["0 cases, the table says 1: why"]
