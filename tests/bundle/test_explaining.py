"""A prediction of a bundle explained: the numbers of the pipeline that it was written from."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imgpipe import bundle
from imgpipe.bundle import Explained, Predictor
from imgpipe.datasets import Dataset, in_region, synthetic_nodules
from imgpipe.learn import fit
from imgpipe.report import write_prediction

NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


@pytest.fixture(scope="module")
def nodules() -> Dataset:
    """Nodules with their masks."""
    return in_region(synthetic_nodules(patients=24))


@pytest.fixture(scope="module")
def unseen() -> Any:
    """A nodule of another patient."""
    return in_region(synthetic_nodules(patients=6, seed=7)).images[4]


OTHERS = [pytest.param(name, marks=pytest.mark.full) for name in ("boosted", "logistic", "knn")]


@pytest.fixture(scope="module", params=["svm", "forest", *OTHERS])
def both(
    request: pytest.FixtureRequest, nodules: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Predictor, Predictor]:
    """One model, from a bundle and from a pickle."""
    folder = tmp_path_factory.mktemp("both")
    settings: dict[str, Any] = {"filters": ["median"], "families": ["intensity", "hog"]}
    trained = fit(nodules, request.param, **settings, cases="features")
    card = bundle.make_card(trained, nodules, request.param)
    for suffix in (".imgpipe", ".joblib"):
        bundle.save(trained, folder / f"m{suffix}", card=card)
    return bundle.load(folder / "m.imgpipe"), bundle.load(folder / "m.joblib", trust=True)


def without_pictures(text: str) -> str:
    """A page without what is drawn pixel by pixel."""
    return re.sub(r"data:image/\w+;base64,[\w+/=]+", "", text)


def test_the_pages_are_the_same(
    both: tuple[Predictor, Predictor], unseen: Any, tmp_path: Path
) -> None:
    """HTML, Markdown and JSON, in English and Chinese, but for the last digits of numbers."""
    of_bundle, of_pickle = (bundle.explain(predictor, unseen) for predictor in both)
    for suffix in (".html", ".md", ".json"):
        for lang in ("en", "zh"):
            pages = []
            for told in (of_bundle, of_pickle):
                write_prediction(told, tmp_path / f"p{suffix}", lang=lang)
                pages.append(without_pictures((tmp_path / f"p{suffix}").read_text("utf-8")))
            assert NUMBER.sub("#", pages[0]) == NUMBER.sub("#", pages[1])
            found, expected = ([float(n) for n in NUMBER.findall(page)] for page in pages)
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_maps_are_the_same(both: tuple[Predictor, Predictor], unseen: Any) -> None:
    """What hiding a patch takes away, pixel by pixel."""
    of_bundle, of_pickle = (predictor.explain(unseen) for predictor in both)
    assert [name for name, _ in of_bundle.maps] == [name for name, _ in of_pickle.maps]
    for (_, found), (_, expected) in zip(of_bundle.maps, of_pickle.maps, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_copy_of_a_training_image_is_known(
    both: tuple[Predictor, Predictor], nodules: Dataset
) -> None:
    """By its digest, and by its name where that is kept."""
    assert both[0].explain(nodules.images[3]).copy_of == (str(nodules.ids[3]),)


def test_without_cases_a_copy_has_no_name(nodules: Dataset, tmp_path: Path) -> None:
    """Reasons stay as they are; the nearest images are left out, and the page says why."""
    trained = fit(nodules, "svm", families="intensity")
    bundle.save(trained, tmp_path / "m.imgpipe")
    told = bundle.load(tmp_path / "m.imgpipe").explain(nodules.images[3])
    assert isinstance(told, Explained)
    assert (told.copy_of, told.neighbours, told.background) == ((), None, 24)
    assert told.reasons
    write_prediction(told, tmp_path / "p.json")
    said = json.loads((tmp_path / "p.json").read_text())["sentences"]
    assert any("--cases features" in text for text in said)
