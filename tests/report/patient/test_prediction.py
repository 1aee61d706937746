"""The page on one prediction: every number of it is traced to the run, the model or the image."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_model import Judged

from imgpipe import InputError, bundle, features
from imgpipe._common.texts import joined, say
from imgpipe.bundle import Explained
from imgpipe.datasets import Dataset
from imgpipe.images import Image
from imgpipe.learn import fit
from imgpipe.report import write_prediction
from imgpipe.report.languages import speaking
from imgpipe.report.patient import figures, words
from imgpipe.report.patient.page import content_of

NUMBER = re.compile(r"[+−-]?\d[\d,]*\.?\d*(?:e[+−-]?\d+)?")
TICKS = {0.0, 0.25, 0.5, 0.75, 1.0}


@pytest.fixture(scope="module")
def told(judged: Judged) -> Explained:
    """One unseen nodule explained."""
    return bundle.explain(judged.predictor, judged.unseen.images[4])


def written(told: Explained, path: Path, lang: str = "en") -> str:
    """Write the page, and read it."""
    write_prediction(told, path, lang=lang)
    return path.read_text(encoding="utf-8")


def visible(page: str) -> str:
    """Text of a page, that of drawings and of labels included."""
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    labels = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', page)
    text = re.sub(r"<[^>]*>", " ", page.split("<body>")[1])
    return unescape(" ".join([text, *labels]))


def numbers(text: str) -> set[str]:
    """Numbers that stand in a text, as they are written."""
    return {found.strip(",.").replace("–", "") for found in NUMBER.findall(text)}


def spelled(value: Any) -> set[str]:
    """Ways in which the page may write what stands in a JSON document."""
    if isinstance(value, dict):
        return set().union(*map(spelled, [*value.keys(), *value.values()]))
    if isinstance(value, list):
        return set().union(set(), *map(spelled, value))
    if isinstance(value, str):
        return numbers(value)
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int):
        return {str(value), f"{value:,}"}
    ways = (figures.chance, figures.change, figures.measured, figures.percent, figures.share)
    digits = {f"{value:.3g}", f"{value:.3f}", f"{value:.4f}"}
    return set().union(*(numbers(way(value)) for way in ways), digits)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_of_the_page_is_known(told: Explained, tmp_path: Path, lang: str) -> None:
    """Each stands in what was explained, whose run is that of ``result.json``."""
    content = told.to_dict()
    counts = {len(one.features) - k for one in told.reasons for k in (0, 1)}
    counts |= {len(told.reasons) - k for k in range(8)}
    known = spelled(content) | {str(n) for n in counts}
    known |= {f"{tick:g}" for tick in TICKS}
    known |= {"50"}  # 中间50%
    found = numbers(visible(written(told, tmp_path / "p.html", lang)))
    unsigned = {each.lstrip("+−-0") or "0" for each in known}
    version = set(numbers(__import__("imgpipe").__version__))
    assert {n for n in found - version if (n.lstrip("+−-0") or "0") not in unsigned} == set()


def test_what_is_said_of_reliability_is_that_of_the_run(judged: Judged, told: Explained) -> None:
    """The bin of ``result.json`` that holds the probability, with its count and interval."""
    p = judged.predictor.predict_proba([judged.unseen.images[4]])[0, 1]
    assert told.probabilities == {"benign": pytest.approx(1 - p), "malignant": pytest.approx(p)}
    model = judged.result["models"]["svm"]
    bins = model["calibration"]["curves"][0]["bins"]
    own = min(bins, key=lambda b: max(b["low"] - p, p - b["high"], 0))
    with speaking("en"):
        page = content_of(told)
    share = own["observed"]
    assert f"Of {own['n']} held-out images" in page["reliability"][0]
    assert (
        f"a share of {share['value']:.2f} ({share['low']:.2f}–{share['high']:.2f})"
        in (page["reliability"][0])
    )
    chosen = model["operation"][0]["points"][1:]
    assert len(page["thresholds"]) == len(chosen)
    for row, point in zip(page["thresholds"], chosen, strict=True):
        limit = float(np.median(point["thresholds"]))
        assert row[1] == figures.chance(limit)
        assert row[2] == ("reached" if p >= limit else "not reached")
        assert row[3] == f"{point['sensitivity']['value']:.2f}"
        assert row[5] == f"{point['specificity']['value']:.2f}"
    auc = model["metrics"]["auc"]
    assert f"{auc['value']:.3f} ({auc['low']:.3f}–{auc['high']:.3f})" in [
        v for _, v in page["card"]
    ]
    inside = {name for name, q in told.probabilities.items() if q >= told.evidence.set.least}
    assert set(told.evidence.set.classes) == inside
    assert told.evidence.set.least == np.median(model["conformal"]["least"])


def test_values_of_features_are_those_of_the_image(judged: Judged, told: Explained) -> None:
    """Measured anew, in the mask."""
    image = judged.unseen.images[4]
    values = features.extract(image.pixels, image.mask, spacing=image.spacing, families="intensity")
    single = [one for one in told.reasons if one.value is not None]
    assert single
    for one in single:
        assert one.value == pytest.approx(values[one.feature])


def test_the_page_loads_nothing_and_escapes_names(told: Explained, tmp_path: Path) -> None:
    """One file; a name that is markup is shown, not run."""
    nasty = replace(told, id="<script>alert(1)</script>.png", card={**told.card, "data": "<b>x"})
    page = written(nasty, tmp_path / "p.html")
    assert "<script>alert" not in page
    assert "&lt;b&gt;x" in page
    shown = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    assert re.findall(r'(?:src|href)="(?!data:image/\w+;base64,|#)', shown) == []
    assert page.count("data:image/") == 2 + len(told.maps) + 5
    assert len(page) < 2_000_000


def test_chinese_sentences_hold_no_english_one(told: Explained, tmp_path: Path) -> None:
    """Only names of people's own stay as they are."""
    page = visible(written(told, tmp_path / "p.html", "zh"))
    assert "支持与不支持" in page
    for word in ("held-out", "training images", "probability", "The model", "features"):
        assert word not in page.replace("Not for clinical use", "")


def test_a_prediction_that_settles_nothing_says_so(told: Explained) -> None:
    """In its title; why stands below: two classes about as likely, or neither ruled out."""
    even = replace(told, predicted="malignant", probabilities={"benign": 0.48, "malignant": 0.52})
    assert words.title(even) == "undecided: malignant, 0.52"
    assert "That of benign is hardly lower: 0.48." in words.headline(even)
    both = replace(told.evidence.set, classes=("benign", "malignant"))
    open_ = replace(told, evidence=replace(told.evidence, set=both))
    assert words.title(open_).startswith("undecided: ")
    assert "none of these is ruled out: benign and malignant." in words.headline(open_)
    sure = replace(
        told,
        predicted="malignant",
        probabilities={"benign": 0.1, "malignant": 0.9},
        evidence=replace(told.evidence, set=replace(both, classes=("malignant",))),
    )
    assert words.title(sure) == "malignant, 0.90"
    assert "all else is ruled out" in words.headline(sure)


def test_a_class_has_one_colour(told: Explained) -> None:
    """On the scale, in the ranges of features, and in what speaks for it."""
    page = content_of(told)
    colours = dict(page["compared"])
    (scale,) = page["scales"]
    assert {end["name"]: end["colour"] for end in scale["ends"]} == colours
    assert scale["svg"].index(f'fill="{colours["benign"]}"') < scale["svg"].index(
        f'fill="{colours["malignant"]}"'
    ), "the likelihood of the positive class lies over the rest"
    assert "threshold 0.5<" in scale["svg"]


def test_only_its_own_model_is_named() -> None:
    """What a run says of the thresholds of others is left out."""
    first, last = say("Nothing was tuned."), say("Intervals are {p} %.", p=95)
    both = say("Decision thresholds of {names:,} were chosen.", names=["svm", "forest"])
    other = say("Decision thresholds of {names:,} were chosen.", names=["svm"])
    told = words.of_model(joined([first, both, joined([other, last])]), "forest")
    assert (
        told == "Nothing was tuned. Decision thresholds of forest were chosen. Intervals are 95 %."
    )
    assert words.of_model(first, "forest") == first


def test_markdown_and_json_say_the_same(told: Explained, tmp_path: Path) -> None:
    """The sentences of the page, without its pictures."""
    markdown = written(told, tmp_path / "p.md")
    content = json.loads(written(told, tmp_path / "p.json"))
    assert markdown.startswith(f"# {told.predicted}, ")
    escaped = markdown.replace("\\", "")
    for text in content["sentences"]:
        assert text in escaped
    assert content["probabilities"] == dict(told.probabilities)
    assert content["card"]["run"] == json.loads(json.dumps(told.card["run"]))
    assert len(content["reasons"]) == len(told.reasons)
    assert "picture" not in content["neighbours"]["cases"][0]
    chinese = json.loads(written(told, tmp_path / "zh.json", "zh"))
    assert chinese["language"] == "zh"
    assert "留出图像" in "".join(chinese["sentences"])


def test_another_suffix_or_language_is_refused(told: Explained, tmp_path: Path) -> None:
    """By name, and no file is left."""
    with pytest.raises(InputError, match=r"needs the suffix \.html or \.md or \.json, found \.pdf"):
        write_prediction(told, tmp_path / "p.pdf")
    with pytest.raises(InputError, match="no language is named 'fr'"):
        write_prediction(told, tmp_path / "p.html", lang="fr")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_a_training_image_is_no_prediction(judged: Judged, tmp_path: Path) -> None:
    """It is said first, with the image's name."""
    copy = bundle.explain(judged.predictor, judged.data.images[3])
    assert copy.copy_of == (str(judged.data.ids[3]),)
    page = written(copy, tmp_path / "p.html")
    assert f"exact copy of the training image {judged.data.ids[3]}" in page
    assert page.index("exact copy") < page.index("How sure is that?")


def test_a_model_without_a_run_says_what_is_not_known(judged: Judged, tmp_path: Path) -> None:
    """How reliable it is stays open, and how to know is said."""
    trained = fit(judged.data, "dummy", families="intensity")
    bare = bundle.explain(bundle.Predictor(trained), judged.unseen.images[0])
    assert bare.evidence is None
    page = written(bare, tmp_path / "p.html")
    assert "not known for this model" in page
    assert "trained with --run" in page
    assert "other groups of features" in page
    assert "keeps none of its training images" in page
    assert "--cases features" in page


def test_a_volume_of_three_classes(tmp_path: Path) -> None:
    """Each class has its probability, the middle slice is shown, and no map is made."""
    labels = np.arange(18) % 3
    noise = np.random.default_rng(0).integers(0, 80, (18, 6, 9, 9))
    volumes = (noise + 60 * labels[:, None, None, None]).astype(np.uint8)
    images = [Image(pixels, spacing=(2, 1, 1)) for pixels in volumes]
    data = Dataset("volumes", images, labels, ("low", "middling", "high"))
    predictor = bundle.Predictor(fit(data, "forest", families="intensity"))
    told = bundle.explain(predictor, Image(volumes[0] + 1, spacing=(2, 1, 1)))
    assert (told.predicted, told.shape, told.maps, told.copy_of) == ("low", (6, 9, 9), (), None)
    page = written(told, tmp_path / "p.html")
    assert "9 x 9 x 6 pixels" in page
    assert all(page.count(f'<span class="class">{name}</span>') == 1 for name in data.classes)


def test_a_group_whose_feature_this_image_lacks_is_no_block(
    told: Explained, tmp_path: Path
) -> None:
    """As a skewness in a black image: it is said that it is not defined, and what is usual."""
    one = next(r for r in told.reasons if r.value is not None and len(r.features) > 1)
    lacking = replace(told, reasons=(replace(one, value=None),))
    for suffix in (".html", ".md", ".json"):
        page = written(lacking, tmp_path / f"p{suffix}")
        assert "Not defined here." in page
        assert "numbers together" not in page
    assert "Half of the training images of" in page
