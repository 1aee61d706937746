"""docs/export.md: what it shows runs, and says what `imgpipe predict` says."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import Run
from PIL import Image

from imgpipe import bundle, images, learn
from imgpipe.datasets import Dataset

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
SCRIPT, RESIZE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_script_says_what_the_bundle_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The names are those of the page: lungs.imgpipe, lungs.onnx, one.png."""
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 256, (20, 16, 18)).astype(np.uint8)
    data = Dataset("noise", pixels, np.arange(20) % 2, ("normal", "pneumonia"))
    bundle.save(learn.fit(data, "logistic", families="intensity"), "lungs.imgpipe")
    assert run("export", "lungs.imgpipe", "lungs.onnx").exit_code == 0
    Image.fromarray(pixels[0]).save("one.png")
    exec(compile(SCRIPT, "docs/export.md", "exec"), {"__name__": "page"})
    said = ast.literal_eval(capsys.readouterr().out.splitlines()[-1])
    told = bundle.load("lungs.imgpipe").predict("one.png")
    assert tuple(said) == told.classes
    np.testing.assert_allclose(list(said.values()), told.probabilities[0], atol=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pillow_resizes_as_imgpipe_does(dtype: type) -> None:
    """Up and down, but for one level where rounding is a near thing."""
    page: dict[str, Callable[..., np.ndarray]] = {}
    exec(compile(RESIZE, "docs/export.md", "exec"), {"Image": Image, "np": np}, page)
    rng = np.random.default_rng(0)
    for shape in ((300, 200), (28, 28), (50, 400)):
        pixels = rng.integers(0, np.iinfo(dtype).max, shape, endpoint=True).astype(dtype)
        theirs = page["resize"](pixels, 64, 80)
        far = np.abs(images.resize(pixels, (64, 80)).astype(int) - theirs)
        assert theirs.dtype == dtype
        assert far.max() <= 1
        assert np.count_nonzero(far) <= 0.003 * far.size
