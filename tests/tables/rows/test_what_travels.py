"""What a task for another machine holds: docs/scale.md gives its bytes."""

import pickle
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgpipe.images import Images
from imgpipe.tables.rows import measuring

_SETTINGS = {"families": ["intensity"], "aggregation": ["default"], "bins": 32}


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """64 images of 16,384 bytes."""
    rng = np.random.default_rng(0)
    names = [str(tmp_path / f"{i:03d}.png") for i in range(64)]
    for name in names:
        Image.fromarray(rng.integers(0, 255, (128, 128), dtype=np.uint8)).save(name)
    return names


def test_a_task_carries_paths(paths: list[str]) -> None:
    """Besides its path an image takes some 50 bytes of a task, and none of its pixels."""
    work = partial(measuring._measured, settings=_SETTINGS, added={})
    task = pickle.dumps((work, Images(paths)))
    assert sum(map(len, paths)) < len(task) < sum(map(len, paths)) + 64 * 80


def test_a_result_carries_numbers(paths: list[str]) -> None:
    """Eight bytes a feature come back, and the names once."""
    found = measuring._measured(Images(paths), _SETTINGS, {})
    ((names, rows),) = found.values.items()
    assert len(rows) == 64
    numbers = 8 * len(names) * 64
    assert (
        numbers
        < len(pickle.dumps(found, protocol=5))
        < numbers + 64 * 200 + sum(map(len, names)) * 2
    )
