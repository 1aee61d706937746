"""Comparisons of models that find their region: as with masks, and the record says how it went."""

from typing import Any

import numpy as np
import pytest
import toy_segmenters

from imgpipe import InputError, learn
from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare
from imgpipe.images import Images
from imgpipe.report.html import render

_RNG = np.random.default_rng(1)


@pytest.fixture(autouse=True)
def _segmenters(monkeypatch: pytest.MonkeyPatch) -> None:
    toy_segmenters.register(monkeypatch)


def bright_squares(empty: int = 0) -> Dataset:
    """A bright square whose texture tells the class, in noise; the last images have none."""
    labels = np.arange(24) % 2
    pixels = _RNG.integers(0, 90, (24, 24, 24))
    for k, label in enumerate(labels[: 24 - empty]):
        y, x = _RNG.integers(2, 12, 2)
        pixels[k, y : y + 8, x : x + 8] = 170 + _RNG.integers(-9, 10, (8, 8)) * (1 + 5 * label)
    return Dataset("squares", pixels.astype(np.uint8), labels, ("smooth", "rough"))


def models(**settings: Any) -> dict[str, Any]:
    step = learn.Segment("above", **settings)
    return {"logistic": learn.make_pipeline("logistic", segment=step, families="intensity")}


def auc(comparison: Any) -> float:
    return comparison.models[0].metrics["auc"].value


def test_it_is_as_with_these_masks() -> None:
    """The same predictions as with masks that were given; the data are those without."""
    data = bright_squares()
    pixels = np.asarray(data.images.pixels)
    whole = learn.make_pipeline("logistic", families="intensity")
    given = Dataset("squares", pixels, data.labels, data.classes, masks=pixels > 100)
    masked = compare({"logistic": whole}, given, folds=3)
    found = compare(models(), data, folds=3)
    assert found.predictions["p_rough"].tolist() == masked.predictions["p_rough"].tolist()
    assert auc(found) > 0.95
    assert found.dataset.region == "mask"
    assert found.dataset.found == "above finds it in each of 24 images"
    assert "All models looked inside what above found" in found.protocol.statement
    assert found.run.data_hash == compare({"logistic": whole}, data, folds=3).run.data_hash
    assert len(found.dataset.examples) == 4
    assert "above finds it in each of 24 images" in render(found)


def test_nothing_found_stops_the_work() -> None:
    """As an empty mask does, with the counts by class and what would do."""
    with pytest.raises(
        InputError, match=r"above finds nothing in 3 of 24 images \(smooth: 1, rough: 2\).*no --seg"
    ):
        compare(models(), bright_squares(empty=3), folds=3)


def test_images_with_nothing_are_left_out_if_asked() -> None:
    """The rest is compared, and the record counts the share."""
    found = compare(models(), bright_squares(empty=3), folds=3, empty_mask="drop")
    assert found.dataset.n == 21
    assert any(text.endswith("(smooth: 1, rough: 2): left out") for text in found.dataset.warnings)
    assert found.dataset.found == "above; it finds nothing in 3 of 24 images (12.5%)"


@pytest.mark.parametrize("asked", ["step", "call"])
def test_whole_images_where_there_is_nothing(asked: str) -> None:
    """Be it said of the step or of the comparison; the model that was fitted does the same."""
    data = bright_squares(empty=3)
    step, call = ("image", "error") if asked == "step" else ("error", "image")
    found = compare(models(empty_mask=step), data, folds=3, empty_mask=call)
    assert found.dataset.n == 24
    assert "Segment(empty_mask='image', recipe='above')" in found.models[0].steps["segment"]


def test_each_model_may_find_its_own() -> None:
    """One sees what is bright, the other the whole image: both on the same folds."""
    both = {"whole": learn.make_pipeline("logistic", families="intensity")} | models()
    data = bright_squares()
    found = compare(both, data, folds=3)
    assert (found.dataset.region, found.dataset.found) == ("image", "")
    assert "Models looked inside what was found in each image: above for logistic" in (
        found.protocol.statement
    )
    alone = compare(models(), data, folds=3).predictions
    own = found.predictions[found.predictions["model"] == "logistic"]
    assert own["p_rough"].tolist() == alone["p_rough"].tolist()


def test_masks_that_there_are_must_be_passed_over() -> None:
    """Which region would count is not guessed; `region` image leaves the given masks out."""
    data = bright_squares()
    masked = data.changed(images=Images(data.images, masks=np.ones((24, 24, 24), bool)))
    with pytest.raises(InputError, match=r"squares: above is to find .* --region image"):
        compare(models(), masked, folds=3)
    with pytest.raises(InputError, match="region='box', but above finds the region"):
        compare(models(), masked, folds=3, region="box")
    assert auc(compare(models(), masked, folds=3, region="image")) > 0.95
