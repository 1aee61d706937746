"""What a model keeps of its run, and runs that are not its own."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from judged_model import Judged

from imgpipe import InputError, bundle, datasets
from imgpipe.evaluate import load_run, run_card
from imgpipe.evaluate.data.row_survey import survey_of
from imgpipe.evaluate.data.survey import data_hash

SETTINGS: dict[str, Any] = {"families": ["intensity", "hog"]}


def test_every_value_of_the_card_stands_in_the_run(judged: Judged) -> None:
    """Value by value, those of ``result.json``, under the same names."""
    card, result = judged.predictor.card["run"], judged.result
    model = result["models"]["svm"]
    for part in ("dataset", "run"):
        assert card[part] == {key: result[part][key] for key in card[part]}
    assert card["protocol"] == result["protocol"]
    for part in ("metrics", "calibration", "conformal", "steps"):
        assert card["model"][part] == model[part]
    for own, one in zip(card["model"]["operation"], model["operation"], strict=True):
        assert own == {key: one[key] for key in own}
    for own, one in zip(card["findings"], result["findings"], strict=True):
        assert own == {key: one[key] for key in own}
    assert "command" not in json.dumps(card["run"])


def test_the_hash_of_the_data_is_that_of_a_whole_survey(judged: Judged) -> None:
    """The short way to it gives the same."""
    data = judged.data
    assert data_hash(data.images, data.labels) == survey_of(data, None).data_hash(data.labels)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"model": "forest"}, "no model 'forest' in this run, which has svm"),
        ({"families": ["intensity"]}, "the step features was FeatureExtractor"),
        ({"filters": ["median"]}, "the step filter_1 was left out"),
        ({"region": "image"}, "of other data"),
    ],
)
def test_a_run_of_something_else_is_refused(
    asked: dict[str, Any], words: str, judged: Judged
) -> None:
    """Another model, other settings, other data: each is named."""
    settings = {"model": "svm", **SETTINGS, **asked}
    data = datasets.in_region(judged.data, settings.pop("region", None))
    with pytest.raises(InputError, match=words):
        bundle.found_in_run(judged.run, settings.pop("model"), data, **settings)


def test_an_edited_run_is_refused(judged: Judged, tmp_path: Path) -> None:
    """A better AUC written into it by hand reaches no model."""
    folder = Path(shutil.copytree(judged.run, tmp_path / "run"))
    result = judged.result
    result["models"]["svm"]["metrics"]["auc"]["value"] = 0.999
    (folder / "result.json").write_text(json.dumps(result))
    with pytest.raises(InputError, match=r"Run compare again"):
        bundle.found_in_run(folder, "svm", judged.data, **SETTINGS)
    with pytest.raises(InputError):
        bundle.found_in_run(tmp_path / "nowhere", "svm", judged.data, **SETTINGS)


def test_a_tuned_model_is_refused(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train tunes nothing, so that the scores of a tuned model are not its own."""
    found = load_run(judged.run)
    tuned = replace(found.models[0], best_params={"classify__C": 1.0})
    monkeypatch.setattr(run_card, "load_run", lambda _: replace(found, models=(tuned,)))
    with pytest.raises(InputError, match="svm was tuned in this run"):
        bundle.found_in_run(judged.run, "svm", judged.data, **SETTINGS)
