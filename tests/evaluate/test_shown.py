"""What results and data sets show of themselves, in a console and in a notebook."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from comparison_samples import light, toy

from imgpipe import features, tables
from imgpipe.bundle import Predictor
from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, check, compare
from imgpipe.images import Image, Images
from imgpipe.learn import fit

HOSTILE = "<script>alert('&')</script>"
VOID = {"img", "br"}


class Page(HTMLParser):
    """Tags that are open, and text: what is not closed, or closed twice, fails."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text = ""
        self.feed(page)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if self.open[-1] != "style" else ""


def page_of(shown: Any, most: int = 20_000) -> Page:
    """The page, which is well-formed, small, and without a script or a look at the network."""
    text = shown._repr_html_()
    assert len(text) < most
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    page = Page(text)
    assert "script" not in page.seen
    assert len(repr(shown)) < 250
    assert "\n" not in repr(shown)
    return page


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare({"light": light(), "other <b>": light()}, toy(), folds=2, canaries=True)


def test_a_comparison_is_one_line(found: Comparison) -> None:
    """Its text names data, kind and each model with its AUC, best first, and nothing else."""
    auc = found.models[0].metrics["auc"]
    shown = repr(found)
    assert shown.startswith(f"<Comparison on {found.dataset.name}, cross-validation: AUC light ")
    assert f"{auc.value:.3f} ({auc.low:.3f}-{auc.high:.3f})" in shown


def test_a_comparison_says_who_is_best(found: Comparison) -> None:
    """Below stand the leaderboard with a chart of each interval, canaries too, and warnings."""
    page = page_of(found)
    auc = found.models[0].metrics["auc"]
    assert f"light has the highest AUC, {auc.value:.3f} (" in page.text
    assert found.pairs[0].statement in page.text
    assert page.seen.count("svg") == 1 + len(found.models) + len(found.canaries)
    assert page.seen.count("tr") == 2 + len(found.models) + len(found.canaries)
    assert "other <b>" in page.text
    for warning in found.dataset.warnings[:1]:
        assert warning in page.text


def test_a_comparison_without_an_auc_is_ranked_by_accuracy(found: Comparison) -> None:
    model = found.models[0]
    nothing = replace(model.metrics["auc"], value=np.nan, low=np.nan, high=np.nan)
    alone = replace(model, metrics=model.metrics | {"auc": nothing})
    page = page_of(replace(found, models=(alone,), pairs=(), canaries=()))
    assert f"light: accuracy {model.metrics['accuracy'].value:.3f}" in page.text


def test_a_data_set_shows_its_images() -> None:
    """Counts by class and part, a few pictures of each class, and what is wrong with them."""
    images = np.random.default_rng(0).integers(0, 255, (60, 200, 150), np.uint8)
    data = Dataset(
        f"a {HOSTILE}", images, np.arange(60) % 2, ("x", HOSTILE),
        split=["train", "train", "test"] * 20, ids=[f'{i}"<' for i in range(60)],
        warnings=(f"2 {HOSTILE}",),
    )  # fmt: skip
    page = page_of(data, 80_000)
    assert page.seen.count("img") == 12
    assert page.text.count(HOSTILE) == 3
    assert "classtrainingtest" in page.text.replace("\n", "")
    assert "60 images, 2 classes, 200x150" in page.text


def test_many_classes_are_counted_and_some_shown() -> None:
    """Two hundred classes give a short page; volumes, colour and bad files are no hindrance."""
    names = tuple(f"class {i:03}" for i in range(200))
    volumes = np.zeros((400, 3, 8, 8, 3), np.float32)
    data = Dataset("many", volumes, np.arange(400) % 200, names, channel_axis=-1)
    page = page_of(data)
    assert "and 188 more classes" in page.text
    assert page.seen.count("img") == 12


def test_an_image_that_cannot_be_read_is_named(tmp_path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no image")
    page = page_of(Images([str(tmp_path / "bad.png"), np.zeros((4, 4), np.uint8)]))
    assert "cannot be read" in page.text
    assert page.seen.count("img") == 1


def test_an_image_says_what_is_known_of_it() -> None:
    pixels = np.zeros((4, 6), np.uint16)
    page = page_of(Image(pixels, spacing=(0.5, 0.7), mask=pixels == 0, id=HOSTILE))
    assert HOSTILE in page.text
    assert "4 × 6, uint16, 0.5 × 0.7 mm, 24 pixels inside the mask" in page.text


def test_a_list_of_features_is_a_table() -> None:
    """It stays a list, and a part of it a list of features; one feature tells all of itself."""
    found = features.catalogue("glcm", "all")
    assert isinstance(found, list)
    assert repr(found[:3]) == "<3 features of glcm>"
    page = page_of(found, 60_000)
    assert found[0].name in page.text
    one = page_of_feature(found[0])
    assert found[0].description in one.text
    assert found[0].formula in one.text


def page_of_feature(feature: features.Feature) -> Page:
    return Page(feature._repr_html_())  # type: ignore[operator]


def test_findings_say_what_would_do() -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 16, 16), np.uint8)
    images[1] = images[0]
    found = check((images, [0, 1] * 20))
    assert repr(found) == "<2 findings: error DUP002, warning PAT001>"
    page = page_of(found)
    assert found[0].message in page.text
    assert "mend their labels" in page.text
    assert "No check found a fault" in page_of(found[:0]).text


def test_rows_of_features_show_their_first() -> None:
    table = tables.extract_table("synthetic-nodules", families="intensity")
    assert repr(table) == "<FeatureTable: 258 rows, 18 features>"
    data = tables.load_features(table.to_frame())
    for shown in (table, data):
        page = page_of(shown)
        assert "253 more rows, 12 more features" in page.text
        assert f"{table.values[0, 0]:.4g}".replace("-", "−") in page.text


def test_a_model_and_its_predictions_are_shown() -> None:
    """Steps, classes and images of the model; each image with its probabilities, or its error."""
    data = toy()
    data = Dataset(data.name, data.images, data.labels, ("x", HOSTILE))
    model = fit(data, "forest", families="intensity")
    assert "FeatureExtractor" in page_of(model).text
    predictor = Predictor(model, {"made by": HOSTILE})
    assert HOSTILE in page_of(predictor).text
    told = predictor.predict([data.images[0].pixels, np.zeros((5, 5), np.uint8)])
    page = page_of(told)
    assert "1 image cannot be used" in page.text
    assert f"{told.probabilities[0, 1]:.3f}" in page.text
    assert "5 x 5 pixels" in page.text


def test_style_stays_inside() -> None:
    """Every rule is of the frame or of what is in it."""
    from imgpipe._common.html import html_view

    style = html_view("x").split("<style>")[1].split("</style>")[0]
    selectors = [part.rsplit("}", 1)[-1] for part in style.split("{")[:-1]]
    each = [one.strip() for selector in selectors for one in selector.split(",")]
    assert len(each) > 15
    assert all(".imgpipe-shown" in one for one in each)
