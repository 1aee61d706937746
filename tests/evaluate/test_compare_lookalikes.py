"""Look-alikes kept together, left out, or only told of; what the scores are without them."""

import csv
from pathlib import Path

import numpy as np
import pytest
from comparison_samples import light
from scipy import ndimage as ndi

from imgpipe._common import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare, save_run
from imgpipe.evaluate.data.lookalikes.handling import handle
from imgpipe.evaluate.data.splits import make_splits
from imgpipe.evaluate.data.survey import survey_images
from imgpipe.report.html import render

N, COPIED = 60, 20


def scenes(**fields: object) -> Dataset:
    """Sixty scenes with labels at random, of which the last twenty are copies of the first.

    They are shifted, mirrored or darker. No model can know a label, unless by a copy.
    """
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(N - COPIED, 40, 40))
    first = np.stack([ndi.gaussian_filter(x, 2) for x in noise])
    first = (128 + 40 * first / first.std()).clip(0, 255).astype(np.uint8)
    changes = (
        lambda x: np.roll(x, (2, -1), (0, 1)),
        lambda x: x[:, ::-1],
        lambda x: (x * 0.9).astype(np.uint8),
    )
    copies = [changes[k % 3](first[k]) for k in range(COPIED)]
    labels = rng.permutation(np.arange(N - COPIED) % 2)
    labels = np.r_[labels, labels[:COPIED]]
    return Dataset("scenes", np.concatenate([first, copies]), labels, ("a", "b"), **fields)


def nearest() -> dict[str, object]:
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from imgpipe.learn import FeatureExtractor

    features = FeatureExtractor("intensity")
    return {"nearest": make_pipeline(features, StandardScaler(), KNeighborsClassifier(1))}


def test_look_alikes_stay_on_one_side() -> None:
    """No fold has a copy on both sides, and the score as drawn is told beside: it is too good."""
    found = compare(nearest(), scenes(), folds=4)
    alike = found.look_alikes
    assert (alike.handling, alike.images, alike.groups, alike.across) == ("group", 40, 20, 0)
    assert (alike.judged, alike.of, alike.without) == (0, 60, None)
    grouped = found.models[0].metrics["accuracy"].value
    drawn = alike.as_drawn.scores["nearest"]["accuracy"].value
    assert drawn > grouped + 0.1
    kept = compare(nearest(), scenes(), folds=4, duplicates="keep")
    assert kept.models[0].metrics["accuracy"].value == drawn
    names = found.leaderboard()["model"].tolist()
    assert names == ["nearest", "nearest, folds as drawn"]


def test_without_the_copies_in_training() -> None:
    """With folds as they are, scores without copies are those of the other judged images."""
    found = compare(nearest(), scenes(), folds=4, duplicates="keep")
    alike, table = found.look_alikes, found.predictions
    fold = table.set_index("id")["fold"]
    torn = [k for k in range(COPIED) if fold[str(k)] != fold[str(N - COPIED + k)]]
    assert alike.judged == 2 * len(torn)
    known = {str(k) for k in torn} | {str(N - COPIED + k) for k in torn}
    others = table[~table["id"].isin(known)]
    by_fold = (others["predicted"] == others["label"]).groupby(others["fold"]).mean()
    without = alike.without.scores["nearest"]["accuracy"].value
    assert without == pytest.approx(by_fold.mean())
    assert alike.without.statement.startswith(f"{2 * len(torn)} of 60 judged images stand")


def test_a_given_split_is_told_of_its_copies(tmp_path: Path) -> None:
    """Judged copies are counted, the second row is scored on the others, and all is written."""
    split = np.array(["train"] * 40 + ["test"] * 20)
    split[30:40] = "test"
    data = scenes(split=split)
    found = compare(nearest(), data)
    alike = found.look_alikes
    assert (alike.judged, alike.of, alike.across, alike.as_drawn) == (20, 30, 20, None)
    others = found.predictions[found.predictions["id"].astype(int) < 40]
    right = (others["predicted"] == others["label"]).mean()
    assert alike.without.scores["nearest"]["accuracy"].value == pytest.approx(right)
    save_run(found, tmp_path)
    rows = list(csv.DictReader((tmp_path / "duplicates.csv").read_text().splitlines()))
    assert len(rows) == 20
    assert {(row["place_a"], row["place_b"]) for row in rows} == {("train", "test")}
    assert {row["alike"] for row in rows} == {"near", "near, mirrored"}
    page = render(found)
    assert "20 of 30 judged images stand in training too" in page
    assert "nearest, without 20 copies" in page
    assert page.count('alt="Image') >= 40


def test_dropped_copies_leave_one_of_each_group() -> None:
    """One of each group stays, of a given split the judged one; none where labels differ."""
    data = scenes()
    found = compare(nearest(), data, folds=4, duplicates="drop")
    assert found.dataset.n == 40
    assert found.look_alikes.left_out == 20
    assert any("20 images left out" in text for text in found.dataset.warnings)
    labels = data.labels.copy()
    labels[40] = 1 - labels[40]
    torn = compare(nearest(), data.changed(labels=labels), folds=4, duplicates="drop")
    assert torn.dataset.n == 39
    split = np.array(["train"] * 40 + ["test"] * 20)
    split[30:40] = "test"
    parts = compare(nearest(), scenes(split=split), duplicates="drop").dataset.counts
    assert {part: sum(n.values()) for part, n in parts.items()} == {"train": 10, "test": 30}


def test_patients_and_look_alikes_are_one_unit() -> None:
    """Patients whose images look alike stay together, and the intervals still count patients."""
    patients = np.array([f"p{k}" for k in range(N)])
    data = scenes(groups=patients)
    survey = survey_images(data.images, None)
    splits = make_splits(data, folds=4, repeats=1, seed=0)

    def draw(dataset: Dataset) -> list:
        return make_splits(dataset, folds=4, repeats=1, seed=0)

    _, _, splits, done = handle(data, survey, splits, "group", draw, None)
    for fold in splits:
        for k in range(COPIED):
            assert (k in fold.test) == (N - COPIED + k in fold.test)
    assert len(set(done.together)) == 40
    assert data.groups.tolist() == patients.tolist()


def test_mistakes_show_no_image_twice() -> None:
    """Of look-alikes, the gallery of mistakes shows one."""
    found = compare({"light": light()}, scenes(), folds=4)
    shown = [mistake.index % (N - COPIED) for mistake in found.models[0].mistakes]
    assert len(shown) == len(set(shown)) > 5


def test_another_word_is_refused() -> None:
    """What is done with duplicates is one of three words."""
    with pytest.raises(InputError, match="group"):
        compare(nearest(), scenes(), duplicates="delete")
    data = scenes()
    few = [
        *np.flatnonzero(data.labels[:COPIED] == 0)[:4],
        *np.flatnonzero(data.labels[:COPIED])[:2],
    ]
    with pytest.raises(InputError, match=r"with look-alikes on one side, .* --duplicates keep"):
        compare(nearest(), data.take([*few, *(N - COPIED + k for k in few)]), folds=4)
