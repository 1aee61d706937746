"""The lab's own models, asked through the server: from an empty cache to answers."""

import io
from pathlib import Path

import numpy as np
import pytest
from lab_helpers import Page, running
from PIL import Image as Pictures

from imgpipe.bundle import load_predictor
from imgpipe.lab.examples import EXAMPLES
from imgpipe.lab.models import Recipe

pytestmark = pytest.mark.full

KINDS = ["forest", "svm", "cnn"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which nothing is."""
    return tmp_path_factory.mktemp("cache")


def asked(page: Page, **request: object) -> dict[str, dict]:
    """Ask all models of an image, and give each one's answer with its map."""
    seq = page.send(models=True, **request)
    found: dict[str, dict] = {}
    last = False
    while not last:
        head, rest = page.receive()
        if head["kind"] != "models":
            continue
        assert head["seq"] == seq
        last = head["last"]
        for each in head["answers"]:
            found[each["name"]] = each | {"picture": None if each["map"] is None else rest}
    return found


@pytest.fixture(scope="module")
def answers(cache: Path) -> dict[str, dict[str, dict]]:
    """What all models say of several images, from a lab whose cache was empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGPIPE_CACHE", str(cache))
        with running(cache) as lab, lab.page() as page:
            return {
                "malignant": asked(page, source="malignant-nodule"),
                "benign": asked(page, source="benign-nodule"),
                "blurred": asked(
                    page, source="malignant-nodule", filters=[["gaussian", {"sigma": 2}]]
                ),
                "heart": asked(page, source="chest-ct", where=[240, 290]),
                "cells": asked(page, source="cells"),
            }


def test_all_three_know_the_examples(answers: dict[str, dict[str, dict]]) -> None:
    """A nodule that was made malignant is called so by each model, a benign one benign."""
    for name in ("malignant", "benign"):
        found = answers[name]
        assert sorted(found) == sorted(KINDS)
        for each in found.values():
            assert each["refused"] is None
            assert each["predicted"] == name
            assert each["ood"] is False
            layer = np.asarray(Pictures.open(io.BytesIO(each["picture"])))
            assert layer.shape == (64, 64, 4)
            assert layer[..., 3].max() > 150


def test_each_was_judged_on_patients_held_out(answers: dict[str, dict[str, dict]]) -> None:
    """The page is told on how many patients each was judged that it had not seen."""
    for each in answers["malignant"].values():
        assert "60 patients that it had not seen" in each["accuracy"]


def test_answers_are_those_of_the_kept_models(
    answers: dict[str, dict[str, dict]], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is told what the bundle in the cache predicts, which is better than chance."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(cache))
    image = EXAMPLES["benign-nodule"].image()
    for kind in KINDS:
        predictor = load_predictor(Recipe().path_of(kind))
        assert predictor.card["held_out"]["low"] > 0.55
        expected = predictor.predict_proba([image.pixels])[0].tolist()
        assert answers["benign"][kind]["probabilities"] == expected


def test_filters_come_before_the_models(answers: dict[str, dict[str, dict]]) -> None:
    """Models are asked about what the filters made: a blurred nodule gets other answers."""
    for kind in KINDS:
        sharp, blurred = (answers[name][kind]["probabilities"] for name in ("malignant", "blurred"))
        assert abs(sharp[1] - blurred[1]) > 0.01


def test_what_is_no_nodule_is_flagged_or_refused(answers: dict[str, dict[str, dict]]) -> None:
    """A patch of the heart is out of distribution; a picture of 8 bits is none that they take."""
    for each in answers["heart"].values():
        assert (each["patch"], each["ood"]) == ([208, 258, 64, 64], True)
    for each in answers["cells"].values():
        assert "has uint8 pixels" in each["refused"]
        assert each["picture"] is None


def test_a_second_lab_answers_at_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was trained is kept: the next lab trains nothing."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(cache))
    written = {kind: Recipe().path_of(kind).stat().st_mtime_ns for kind in KINDS}
    with running(cache) as lab, lab.page() as page:
        found = asked(page, source="benign-nodule")
    assert {each["predicted"] for each in found.values()} == {"benign"}
    assert {kind: Recipe().path_of(kind).stat().st_mtime_ns for kind in KINDS} == written
