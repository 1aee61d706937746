"""Models that find their region as files: they say the same, and refuse what has none."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy_segmenters

from imgpipe import InputError, bundle
from imgpipe.bundle.archive.manifest import Expected
from imgpipe.bundle.archive.region import from_region
from imgpipe.datasets import Dataset
from imgpipe.images import Images, write
from imgpipe.learn import Segment, fit

GRAY = Expected((20, 20), None, "uint8", None, "image")
RNG = np.random.default_rng(0)
LABELS = np.arange(20) % 2
PIXELS = (RNG.integers(0, 90, (20, 20, 20)) + 3 * LABELS[:, None, None]).astype(np.uint8)
PIXELS[:, 5:12, 4:14] += np.uint8(110)
DATA = Dataset("squares", PIXELS, LABELS, ("dark", "bright"))
DARK = np.zeros((1, 20, 20), np.uint8)


@pytest.fixture(autouse=True)
def _segmenters(monkeypatch: pytest.MonkeyPatch) -> None:
    toy_segmenters.register(monkeypatch)


def kept(path: Path, model: str = "logistic", **step: Any) -> bundle.Predictor:
    """A model that was fitted inside what `above` finds, saved and opened."""
    found = {"families": "intensity"}
    bundle.save(fit(DATA, model, segment=Segment("above", level=95, **step), **found), path)
    return bundle.load(path)


def test_a_file_says_what_the_pipeline_says(tmp_path: Path) -> None:
    """With the mask that the pipeline finds, whatever masks images come with."""
    trained = fit(DATA, "logistic", segment=("above", {"level": 95}), families="intensity")
    bundle.save(trained, tmp_path / "m.imgpipe")
    opened = bundle.load(tmp_path / "m.imgpipe")
    expected = trained.pipeline.predict_proba(PIXELS)
    masked = Images(PIXELS, masks=np.ones_like(PIXELS))
    for images in (PIXELS, masked):
        np.testing.assert_allclose(opened.predict_proba(images), expected, atol=1e-6)
    assert opened.model.pipeline.step_names[:2] == ("above", "18 features")
    assert (opened.model.region, opened.model.warnings) == ("image", trained.warnings)
    steps = opened.model.pipeline.segment
    assert (steps.finder.settings, steps.empty_mask) == ({"level": 95}, "error")


def test_an_image_with_nothing_in_it_gets_its_reason(tmp_path: Path) -> None:
    """Its row says what was sought, the others go on."""
    told = kept(tmp_path / "m.imgpipe").predict(np.concatenate([PIXELS[:1], DARK]))
    assert told.codes == ("", "EMPTY-MASK")
    assert told.predicted[0] is not None
    assert "1: above finds nothing in it, and the model looks inside" in told.errors[1]


def test_or_counts_whole_with_a_warning(tmp_path: Path) -> None:
    """Where the model was trained so: said of all, of parts, and of one that is explained."""
    path = tmp_path / "m.imgpipe"
    opened = kept(path, empty_mask="image")
    images = np.concatenate([PIXELS[:1], DARK])
    told = opened.predict(images)
    assert (told.codes, told.errors) == (("", ""), ("", ""))
    assert told.warnings[0] == "above finds nothing in 1 of 2 images, which counts whole"
    (part,) = bundle.predict_in_parts(path, images)
    assert told.warnings[0] in part.warnings
    assert "above finds nothing in 1 of 1 images" in opened.explain(DARK[0]).warnings[0]


def test_an_explanation_keeps_the_region(tmp_path: Path) -> None:
    """What is hidden does not move it; its outline is on the picture."""
    told = kept(tmp_path / "m.imgpipe").explain(PIXELS[3])
    assert told.region == "mask"
    (name, seen) = told.maps[0]
    assert name == "occlusion"
    assert np.abs(seen[5:12, 4:14]).max() == 1.0
    assert np.abs(seen[16:]).max() == 0.0


def test_a_kept_model_is_scored(tmp_path: Path) -> None:
    """As its predictions say, with what it found on the record."""
    opened = kept(tmp_path / "m.imgpipe")
    found = bundle.score(opened, DATA, least=2)
    np.testing.assert_allclose(
        found.predictions["p_bright"], opened.predict_proba(PIXELS)[:, 1], atol=1e-6
    )
    assert found.dataset.found == "above finds it in each of 20 images"
    doubtful = DATA.changed(images=Images(np.concatenate([PIXELS[:-1], DARK])))
    with pytest.raises(InputError, match=r"above finds nothing in 1 of 20 images \(bright: 1\)"):
        bundle.score(opened, doubtful)
    assert bundle.score(opened, doubtful, empty_mask="drop", least=2).dataset.n == 19


def test_one_graph_cannot_find_a_region(tmp_path: Path) -> None:
    """The export names what stands in its way."""
    kept(tmp_path / "m.imgpipe")
    with pytest.raises(InputError, match="the region that above finds"):
        bundle.export(tmp_path / "m.imgpipe", tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("above", "must have a name"),
        ({"name": "abve", "settings": {}, "empty_mask": "error"}, "'abve', a recipe that neither"),
        ({"name": ["above"], "settings": {}, "empty_mask": "error"}, "a recipe that neither"),
        ({"name": "above", "settings": [], "empty_mask": "error"}, "settings that are no object"),
        ({"name": "above", "settings": {}, "empty_mask": "drop"}, "empty_mask is none of"),
        ({"name": "above", "settings": {"k": 1}, "empty_mask": "error"}, "takes no setting 'k'"),
        ({"name": "seeded", "settings": {}, "empty_mask": "error"}, "needs seeds"),
        (
            {"name": "local", "settings": {"block": 10**6 + 1}, "empty_mask": "error"},
            "local: block is too large",
        ),
    ],
)
def test_a_strangers_step_is_checked(told: Any, said: str) -> None:
    """Names must be registered, settings known, windows no larger than what they look at."""
    with pytest.raises(InputError, match=said):
        from_region({"segment": told}, GRAY)


def test_a_prediction_stays_light(tmp_path: Path) -> None:
    """A fresh process finds the region without scikit-learn, SciPy, scikit-image or pandas."""
    trained = fit(DATA, "logistic", segment="otsu", families="intensity")
    bundle.save(trained, tmp_path / "m.imgpipe")
    write(tmp_path / "0.png", PIXELS[0])
    code = (
        "import sys\nfrom imgpipe.cli import main\n"
        "try: main(['predict', *sys.argv[1:]])\nexcept SystemExit as left: print(left.code)\n"
        "heavy = ('sklearn', 'scipy', 'skimage', 'pandas', 'joblib', 'onnx')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    files = [str(tmp_path / name) for name in ("m.imgpipe", "0.png")]
    done = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, check=True
    )
    _, row, exit_code, heavy = done.stdout.splitlines()
    expected = trained.pipeline.predict_proba(PIXELS[:1])[0]
    assert [float(cell) for cell in row.split(",")[2:4]] == pytest.approx(expected, abs=1e-6)
    assert (exit_code, heavy) == ("0", "[]")
