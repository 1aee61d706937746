"""Comparisons inside masks: features see the mask, networks its box, and the report says so."""

from typing import Any

import numpy as np
import pytest

from imgpipe import bundle, learn
from imgpipe._common import InputError
from imgpipe.datasets import Dataset, image_files, load
from imgpipe.evaluate import compare, occlusion_maps
from imgpipe.evaluate.data.areas import area_auc
from imgpipe.images import Image, Images, write
from imgpipe.images.region import cropped, uncropped
from imgpipe.report.html import render

RNG = np.random.default_rng(1)


def hidden_class(n: int = 40, growing: bool = False) -> Dataset:
    """Images whose class shows inside the mask only: a decoy beside it shows the other class."""
    labels = np.arange(n) % 2
    pixels = RNG.integers(0, 256, (n, 48, 48))
    masks = np.zeros(pixels.shape, bool)
    for k, label in enumerate(labels):
        side = 6 + 4 * label if growing else 8
        rows, columns = RNG.integers(2, 36, 2), RNG.integers(2, 12) + np.array([0, 22])
        for y, x, shown in zip(rows, columns, (label, 1 - label), strict=True):
            values = RNG.integers(60, 130, (side, side)) + 40 * shown
            pixels[k, y : y + side, x : x + side] = values
        masks[k, rows[0] : rows[0] + side, columns[0] : columns[0] + side] = True
    return Dataset("hidden", pixels.astype(np.uint8), labels, ("dark", "light"), masks=masks)


def auc(comparison: Any) -> float:
    return comparison.models[0].metrics["auc"].value


def test_the_mask_decides_what_is_measured() -> None:
    """Inside the masks the classes are told apart, in whole images they are not."""
    data = hidden_class()
    model = {"forest": learn.make_pipeline("forest", families="intensity")}
    inside, whole = compare(model, data, folds=4), compare(model, data, folds=4, region="image")
    assert auc(inside) > 0.99
    assert auc(whole) < 0.85
    assert (inside.dataset.region, whole.dataset.region) == ("mask", "image")
    assert inside.run.data_hash != whole.run.data_hash
    assert "inside the mask" in render(inside)
    assert "Masks on a few images" in render(inside)
    assert "Masks on a few images" not in render(whole)
    assert len(inside.dataset.examples) == 4
    content, pictures = inside.written()
    shown = content["dataset"]["examples"]
    assert [pictures[each["image"]["picture"]].tolist() for each in shown] == [
        each.image.tolist() for each in inside.dataset.examples
    ]


def test_the_area_alone_is_held_against_the_score() -> None:
    """Where masks differ in size by class, a warning says what their area alone can do."""
    comparison = compare("dummy", hidden_class(growing=True), folds=4)
    assert comparison.dataset.area_auc == 1.0
    warnings = " ".join(comparison.dataset.warnings)
    assert "the area of the mask alone has an AUC of 1.00" in warnings
    even = compare("dummy", hidden_class(), folds=4)
    assert even.dataset.area_auc == 0.5
    assert not any("area of the mask" in w for w in even.dataset.warnings)


def test_area_auc_by_hand() -> None:
    """Of nine pairs, 7.5 are in order; smaller areas for the class count as much."""
    areas = np.array([1, 2, 3, 2, 4, 5.0])
    labels = np.array([0, 0, 0, 1, 1, 1])
    assert area_auc(areas, labels) == pytest.approx(7.5 / 9)
    assert area_auc(-areas, labels) == pytest.approx(7.5 / 9)
    assert area_auc(np.full(6, np.nan), labels) is None


def test_a_network_sees_the_box() -> None:
    """What lies around the mask has no effect on a network; what is inside has."""
    pytest.importorskip("torch")
    data = hidden_class(24)
    model = learn.make_pipeline("cnn", random_state=0).set_params(
        classify__epochs=2, classify__patience=None
    )
    fitted = learn.fit_model(model, data.images, data.labels)
    before = fitted.predict_proba(data.images[:4])
    around = data.images.pixels[:4].copy()
    around[:, 0] = around[:, -1] = 255
    assert not data.masks[:4, [0, -1]].any()
    assert np.array_equal(fitted.predict_proba(Images(around, data.masks[:4])), before)
    around[data.masks[:4]] = 0
    assert not np.array_equal(fitted.predict_proba(Images(around, data.masks[:4])), before)


@pytest.mark.parametrize(
    ("rows", "columns"), [((2, 6), (3, 7)), ((0, 16), (5, 6)), ((7, 8), (0, 3))]
)
def test_cropped_by_hand(rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """The window holds the box, has the image's aspect ratio and lies within the image."""
    mask = np.zeros((16, 16), bool)
    mask[slice(*rows), slice(*columns)] = True
    image = Image(np.arange(256.0).reshape(16, 16), mask=mask)
    side = max(rows[1] - rows[0], columns[1] - columns[0])
    shown = uncropped(np.ones((16, 16)), image) > 0
    assert shown[mask].all()
    assert shown.sum() == side * side
    values = cropped(image)
    assert values.shape == (16, 16)
    assert image.pixels[shown].min() <= values.min()
    assert values.max() <= image.pixels[shown].max()


def test_occlusion_outside_the_mask_changes_nothing() -> None:
    """Patches that hide nothing of the mask leave the probability as it is."""
    data = hidden_class()
    model = learn.make_pipeline("forest", families="intensity").fit(data.images, data.labels)
    image = data.images[0]
    (drops,) = occlusion_maps(model, [image], patch=4, stride=4)
    inside = np.argwhere(image.mask)
    (top, left), (bottom, right) = inside.min(axis=0) // 4 * 4, inside.max(axis=0) // 4 * 4 + 4
    assert drops[top:bottom, left:right].any()
    drops[top:bottom, left:right] = 0
    assert not drops.any()


def test_a_model_trained_inside_masks_needs_masks() -> None:
    """New images without a mask get an error that says so; with one, the model's numbers."""
    data = hidden_class()
    predictor = bundle.Predictor(learn.fit(data, "forest", families="intensity"))
    assert predictor.model.region == "mask"
    told = predictor.predict(data.images[:3])
    assert np.array_equal(
        told.probabilities, predictor.model.pipeline.predict_proba(data.images[:3])
    )
    refused = predictor.predict(data.images.pixels[:2])
    assert "has no mask; the model was trained inside masks" in refused.errors[0]
    whole = bundle.Predictor(learn.fit(data, "forest", families="intensity", region="image"))
    assert np.array_equal(
        whole.predict_proba(data.images[:3]), whole.predict_proba(data.images.pixels[:3])
    )


def test_scoring_looks_where_the_model_looks(tmp_path: Any) -> None:
    """A kept model is judged inside masks if it was trained there, and stops at empty ones."""
    data, other = hidden_class(), hidden_class()
    bundle.save(learn.fit(data, "forest", families="intensity"), tmp_path / "m.joblib")
    predictor = bundle.load(tmp_path / "m.joblib", trust=True)
    judged = bundle.score(predictor, other)
    assert judged.dataset.region == "mask"
    assert auc(judged) > 0.99
    masks = other.masks.copy()
    masks[3] = False
    torn = other.changed(images=Images(other.images, masks))
    with pytest.raises(InputError, match=r"1 of 40 images have an empty mask or none \(light: 1\)"):
        bundle.score(predictor, torn)
    assert bundle.score(predictor, torn, empty_mask="drop").dataset.n == 39


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_masks_in_files(n_jobs: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images and masks that stay in their files give the numbers of those in memory."""
    data = hidden_class(24)
    rows = ["path,label,mask"]
    for i, image in enumerate(data.images):
        write(tmp_path / f"{i}.png", image.pixels)
        write(tmp_path / f"m{i}.png", image.mask)
        rows.append(f"{i}.png,{data.classes[data.labels[i]]},m{i}.png")
    (tmp_path / "list.csv").write_text("\n".join(rows) + "\n")
    held = load(tmp_path / "list.csv")
    monkeypatch.setattr(image_files, "MEMORY_LIMIT", 5 * data.images.pixels[0].nbytes)
    lazy = load(tmp_path / "list.csv")
    assert not lazy.images.in_memory
    model = {"forest": learn.make_pipeline("forest", families="intensity", n_jobs=n_jobs)}
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "cache"))
    first = compare(model, held, folds=2)
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "other"))
    again = compare(model, lazy, folds=2, n_jobs=n_jobs)
    assert again.predictions.equals(first.predictions)
    assert again.run.data_hash == first.run.data_hash
