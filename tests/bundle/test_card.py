"""What a file says of its model: the card and its two forms."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from imgpipe import InputError, bundle
from imgpipe.bundle.archive.manifest import NoveltyFacts
from imgpipe.bundle.model_card.limits import out_of_distribution
from imgpipe.bundle.model_card.terminal import WIDTH
from imgpipe.datasets import DATASETS, Dataset, load
from imgpipe.learn import TrainedModel, fit
from imgpipe.learn.novelty.distance import Novelty

SCORE = {"value": 0.9, "low": 0.8, "high": 0.95}
POINT = dict.fromkeys(("sensitivity", "specificity", "ppv", "npv"), SCORE)
RUN: dict[str, Any] = {
    "dataset": {"n": 40, "counts": {"all": {"dark": 20, "bright": 20}}, "patients": 10},
    "protocol": {
        "kind": "cross-validation",
        "folds": 5,
        "repeats": 1,
        "positive_class": "bright",
        "statement": "Judged on *folds*.",
        "held_out": None,
    },
    "model": {
        "metrics": {"auc": SCORE, "accuracy": {"value": None, "low": None, "high": None}},
        "calibration": {"ece": SCORE, "ece_by_chance": 0.05, "ece_chance_limit": 0.1, "curves": []},
        "conformal": None,
        "operation": [
            {
                "name": "bright",
                "chosen_on": "inner folds",
                "points": [{**POINT, "rule": "specificity 0.95", "thresholds": [0.6, 0.4]}],
            }
        ],
    },
    "findings": [
        {"code": "DUP001", "severity": "error", "message": "copies on both sides"},
        {"code": "IMG005", "severity": "note", "message": "several sizes"},
    ],
    "run": {"started": "2026-01-02T03:04:05+00:00"},
}


@pytest.fixture(scope="module")
def two() -> Dataset:
    """Dark and bright noise of eight patients, two of whose images are masked by their middle."""
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 2
    images = (rng.integers(0, 80, (24, 8, 8)) + 80 * labels[:, None, None]).astype(np.uint8)
    groups = np.array([f"p{i // 3}" for i in range(24)])
    return Dataset("two|levels", images, labels, ("dark", "bright"), groups)


@pytest.fixture(scope="module")
def svm(two: Dataset) -> TrainedModel:
    """A machine of the mean levels."""
    return fit(two, "svm", families="intensity")


@pytest.fixture
def path(two: Dataset, svm: TrainedModel, tmp_path: Path) -> Path:
    """A file that says all that can be said."""
    card = bundle.make_card(svm, two, "svm", run=RUN, seed=3, note="For *tests*.\n\nNo more.")
    bundle.save(svm, tmp_path / "levels.imgpipe", card=card)
    return tmp_path / "levels.imgpipe"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_card_tells_of_data_and_settings(two: Dataset, svm: TrainedModel) -> None:
    """Counts by class of images and patients, shares, hash, values, seed and steps."""
    card = bundle.make_card(svm, two, "svm", seed=3)
    assert card["images"] == {"dark": 12, "bright": 12}
    assert card["patients_by_class"] == {"dark": 8, "bright": 8}
    assert card["prevalence"] == {"dark": 0.5, "bright": 0.5}
    assert card["pixel_values"] == [two.images.pixels.min(), two.images.pixels.max()]
    assert (card["seed"], card["spacing"], card["licence"]) == (3, None, None)
    assert len(card["data_hash"]) == 64
    assert list(card["settings"]) == ["features", "impute", "scale", "classify"]
    assert json.loads(json.dumps(card)) == card


def test_a_card_is_of_the_training_part(levels: Dataset, trained: TrainedModel) -> None:
    """Counts and values are those of what was fitted; the parts of a given split are told."""
    card = bundle.make_card(trained, levels, "forest")
    fitted = levels.images.pixels[:12]
    assert sum(card["images"].values()) == 12
    assert card["split"] == {"train": 12, "test": 6}
    assert card["pixel_values"] == [fitted.min(), fitted.max()]
    assert (card["patients"], card["patients_by_class"]) == (None, None)


def test_terms_of_a_registered_set() -> None:
    """Licence and citation of a registered data set are told; of one with other counts, not."""
    data = load("synthetic-nodules")
    trained = fit(data, "dummy", families="intensity")
    entry = DATASETS["synthetic-nodules"]
    card = bundle.make_card(trained, data, "dummy")
    assert (card["licence"], card["citation"]) == (entry.licence, entry.citation)
    assert card["spacing"] == [0.7, 0.7]
    fewer = data.take(range(100))
    assert bundle.make_card(trained, fewer, "dummy")["licence"] is None


@pytest.mark.parametrize("note", ["", "  \n", "x" * 4001, "\x1b[31mred"])
def test_a_note_that_cannot_be_kept(note: str) -> None:
    """A note that says nothing, too much, or moves the cursor is refused."""
    with pytest.raises(InputError, match="the note"):
        bundle.check_note(note)


def test_the_text_fits_a_terminal(path: Path) -> None:
    """No line is longer than 80 columns, and every section has something below its title."""
    text = str(bundle.inspect(path))
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH == 80
    titles = [i for i, line in enumerate(lines) if line and not line.startswith(" ")]
    assert len(titles) == 9
    assert all(lines[i + 1].startswith("  ") for i in titles[1:])


def test_long_names_are_cut_on_a_terminal(svm: TrainedModel, path: Path) -> None:
    """Names of classes that are longer than a line are cut there, and whole on the page."""
    found = bundle.inspect(path)
    name = "b" * 150
    told = replace(found, card={**found.card, "images": {"a": 3, name: 4}})
    assert max(map(len, str(told).splitlines())) <= WIDTH
    assert name in told.to_markdown()


def test_many_classes_on_a_given_split(path: Path) -> None:
    """Of many classes no thresholds are listed; a given split is told as one."""
    found = bundle.inspect(path)
    one = RUN["model"]["operation"][0]
    run = {
        **RUN,
        "protocol": {"kind": "given split", "folds": None, "statement": "Once."},
        "dataset": {"n": 9, "counts": {"train": {"a": 5}, "test": {"a": 4}}, "patients": None},
        "model": {**RUN["model"], "calibration": None, "operation": [one] * 5},
    }
    text = flat(str(replace(found, card={**found.card, "run": run})))
    assert "Thresholds of each of 5 classes stand in the report" in text
    assert "4 of 9; images as the unit" in text
    assert "fitted on the same part of the data" in text
    assert "specificity 0.95" not in text


def test_what_both_forms_say(path: Path) -> None:
    """Scores with intervals, thresholds, note, findings, versions and digests are told."""
    found = bundle.inspect(path)
    assert found.manifest is not None
    for text in (flat(str(found)), flat(found.to_markdown().replace("\\", ""))):
        for words in (
            "svm for gray images: dark or bright (positive: bright)",
            "For *tests*.",
            "0.800 to 0.950",
            "specificity 0.95",
            "5-fold cross-validation",
            "40 of 40; patients as the unit",
            "Error DUP001: Copies on both sides.",
            "calibration error 0.900, where 0.100 could be chance",
            "Judged on *folds*.",
            "8 x 8 pixels, gray, uint8",
            "this machine gives the model's probabilities",
            f"imgpipe {found.manifest.written_by['imgpipe']}",
            found.sha256,
        ):
            assert words in text, words
        assert "several sizes" not in text


def test_markdown_holds_no_foreign_marks(path: Path) -> None:
    """What the file says is text on the page; and no section is empty."""
    card = bundle.inspect(path).to_markdown()
    assert r"two\|levels" in card
    assert r"For \*tests\*." in card
    assert "\n\nNo more.\n" in card
    blocks = card.split("\n\n")
    for block, after in zip(blocks, [*blocks[1:], "#"], strict=True):
        assert not (block.startswith("## ") and after.startswith("#")), block


def test_what_is_not_known_is_said(svm: TrainedModel, tmp_path: Path) -> None:
    """A file without a card says of each part that it is not known, and how it would be."""
    bundle.save(svm, tmp_path / "m.imgpipe")
    text = flat(str(bundle.inspect(tmp_path / "m.imgpipe")))
    assert "imgpipe train --run RUN" in text
    assert "imgpipe train --note TEXT" in text
    assert "saved without a card" in text
    assert "None" not in text.replace("None: images that are out", "")


@pytest.mark.parametrize(
    ("groups", "expected", "percentile", "words"),
    [
        (72, 0.0137, 99.5, "those of any training image did, each held out in turn (for 99.5 % of "
                           "them, 72 patients or images are too few)"),
        (72, 0.0137, 98.0, "they did for 98 % of the training images, each held out in turn"),
        (199, 0.005, 99.5, "they did for 99.5 % of the training images, each held out in turn"),
    ],
)  # fmt: skip
def test_the_card_says_what_the_limit_is(
    trained: TrainedModel, groups: int, expected: float, percentile: float, words: str
) -> None:
    """The limit is told by the percentile in the file, or as the largest distance of too few."""
    blank = np.zeros(1)
    novelty = Novelty(
        *[blank] * 5, np.zeros((1, 0)), 2.0, groups, groups, 0, expected, extraction=None
    )
    facts = NoveltyFacts("", percentile, groups, groups, 0, expected, 2.0)
    told = SimpleNamespace(
        model=replace(trained, novelty=novelty), manifest=SimpleNamespace(novelty=facts)
    )
    text = out_of_distribution(told).blocks[0].text
    assert f"further from those of the training than {words}. What" in text


def test_values_of_a_file(path: Path) -> None:
    """As JSON it has all of the manifest and what the self-test found."""
    told = json.loads(json.dumps(bundle.inspect(path).to_dict(), allow_nan=False))
    assert told["format_version"] == 1
    assert told["positive_class"] == "bright"
    assert told["card"]["run"] == RUN
    assert told["selftest_here"]["passed"] is True
    assert told["selftest_here"]["features"] == told["selftest_here"]["distances"] == 0.0
    assert told["bytes"] == path.stat().st_size


def test_a_joblib_file_is_inspected_with_trust(
    two: Dataset, svm: TrainedModel, tmp_path: Path
) -> None:
    """A pickle is opened for whoever trusts it, and says that it is one."""
    path = tmp_path / "m.joblib"
    bundle.save(svm, path, card=bundle.make_card(svm, two, "svm"))
    with pytest.raises(InputError, match="--trust"):
        bundle.inspect(path)
    found = bundle.inspect(path, trust=True)
    assert "a pickle, which runs code" in str(found)
    assert "trust=True" in found.to_markdown()
    assert (found.manifest, found.selftest, found.ok) == (None, None, True)


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    """A folder is refused by name."""
    with pytest.raises(InputError, match="is a folder"):
        bundle.inspect(tmp_path)


def test_a_notebook_shows_the_card(path: Path) -> None:
    """What a loaded file shows of itself has its steps, data, note and scores, escaped."""
    shown = bundle.load(path)._repr_html_()
    for words in ("18 features", "two|levels", "dark: 12, bright: 12", "0.900", "0.800 to 0.950"):
        assert words in shown, words
    assert "None" not in shown
    assert "not judged" in bundle.Predictor(bundle.load(path).model)._repr_html_()
