"""Gray images that were saved as colour: what all images together are taken for."""

from pathlib import Path

import joblib
import numpy as np
import pytest
from PIL import Image

from imgpipe.datasets import find_images
from imgpipe.datasets.files import one_channel
from imgpipe.datasets.files.one_channel import in_one_channel


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(("last", "axis"), [("disguised", None), ("colour", -1), ("broken", None)])
def test_one_in_colour_keeps_all_in_colour(
    n_jobs: int, last: str, axis: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the one in colour stands, and whoever looks at it; a bad file says nothing."""
    monkeypatch.setattr(one_channel, "_WORTH_WORKERS", 3)
    monkeypatch.setattr(one_channel, "_CHUNK", 2)
    gray = np.repeat(np.arange(64, dtype=np.uint8).reshape(8, 8, 1), 3, axis=2)
    for i in range(7):
        Image.fromarray(gray).save(tmp_path / f"{i}.png")
    if last == "colour":
        Image.fromarray(gray * np.array([1, 2, 3], np.uint8)).save(tmp_path / "9.png")
    if last == "broken":
        (tmp_path / "9.png").write_bytes(b"no image")
    with joblib.parallel_config(backend="threading"):
        found = in_one_channel(find_images(tmp_path), n_jobs)
    assert found[0].channel_axis == axis
    assert len(found.warnings) == (axis is None)
