"""docs/enhancement.md: its table is the registry's, and what it shows runs."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe.enhance import ENHANCEMENTS
from imgpipe.images.windows import PRESETS
from imgpipe.learn.filter_texts import parse_filters

PAGE = (Path(__file__).parents[2] / "docs" / "enhancement.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines() if line.startswith("| `")]  # fmt: skip


def test_the_table_has_every_step_in_order() -> None:
    """Names, settings, masks and packages are those of the entries."""
    assert [row[0].strip("`") for row in ROWS] == list(ENHANCEMENTS)
    for row in ROWS:
        step = ENHANCEMENTS[row[0].strip("`")]
        assert row[1] == ", ".join(step.settings)
        assert row[3] == ("yes" if step.uses_mask else "no")
        assert row[6] == (step.package or "")


def test_the_presets_are_those_there_are() -> None:
    """Centres and widths stand as they are."""
    for name, window in PRESETS.items():
        found = re.search(rf"`{name}` \((?:centre )?([-\d]+), (?:width )?(\d+)", PAGE)
        assert found, name
        assert tuple(map(float, found.groups())) == (window.center, window.width)


def test_what_is_shown_runs() -> None:
    """The lines of Python do what their comments say; the lists of filters are understood."""
    (script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    made: dict[str, Any] = {}
    exec(compile(script, "docs/enhancement.md", "exec"), made)
    assert made["shown"].pixels.dtype == np.float32
    assert made["shown"].spacing == (0.7, 0.7)
    inside = made["scores"].pixels[made["image"].mask]
    assert inside.mean() == pytest.approx(0, abs=1e-6)
    assert type(made["part"]) is np.ndarray
    texts = [*re.findall(r'--filters "([^"]+)"', PAGE), *re.findall(r"`(\w+:[^`]+)`", PAGE)]
    assert len(texts) >= 5
    for text in texts:
        assert parse_filters(text)
