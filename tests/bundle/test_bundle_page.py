"""docs/bundle.md: what it says of the format is so, and what it shows runs."""

import re
from pathlib import Path

import pytest

from imgpipe import bundle, datasets
from imgpipe.bundle.archive.container import MOST_MEMBERS, MOST_RATIO
from imgpipe.bundle.archive.manifest import FORMAT_VERSION, Manifest
from imgpipe.bundle.archive.operators import FEATURES
from imgpipe.bundle.archive.parts import ARRAYS

PAGE = (Path(__file__).parents[2] / "docs" / "bundle.md").read_text(encoding="utf-8")


def test_the_example_of_a_classifier_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier of the page is kept in a bundle, which passes the gate."""
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(script, "docs/bundle.md", "exec"), {"__name__": "page"})
    data = datasets.load("synthetic-nodules")
    said = bundle.load("nodules.imgpipe").predict_proba(data.images.pixels[:3])
    assert said.shape == (3, 2)


def test_lists_of_the_page_are_whole() -> None:
    """Operators, keys of the manifest, arrays and limits are those of the code."""
    (operators,) = re.findall(r"may have: (.*?), and those", PAGE, re.DOTALL)
    assert operators.replace("\n", " ").split(", ") == sorted(FEATURES)
    table = PAGE.split("## Manifest")[1].split("## What is refused")[0]
    keys = {name for line in re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
            for name in re.findall(r"`(\w+)`", line)}  # fmt: skip
    assert keys == {*Manifest.__dataclass_fields__, "format", "format_version"}
    for name in ARRAYS:
        family = name.split(".")[0]
        assert f"`{name}.array`" in PAGE or f"`{family}.*.array`" in PAGE, name
    assert f"{MOST_RATIO} times" in PAGE
    assert f"more than {MOST_MEMBERS} of" in PAGE
    assert f"Format {FORMAT_VERSION} will be read" in PAGE
