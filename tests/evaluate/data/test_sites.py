"""A site held out is judged alone; what would make its score a lie stops the run."""

from typing import Any

import numpy as np
import pytest
from comparison_samples import LIGHT, toy

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import compare
from imgpipe.evaluate.data.sites import each_site, external_set, site_and_value

SITE = np.resize(["A", "A", "A", "B", "B", "C"], 120)
BY_CLASS = np.where(np.arange(120) // 2 % 2, "B", "A")


def sited(site: Any = SITE, **fields: Any) -> Dataset:
    return toy(columns={"site": site}, **fields)


def test_one_site_becomes_the_test_part() -> None:
    data = external_set(sited(), "site", "B")
    assert (data.split == np.where(SITE == "B", "test", "train")).all()


def test_a_given_validation_part_stays_and_other_test_images_are_left_out() -> None:
    split = np.resize(["train", "val", "test", "train", "train", "train"], 120)
    data = external_set(sited(split=split), "site", "B")
    assert len(data) == 100
    assert (data.columns["site"][data.split == "test"] == "B").all()
    assert (data.split == "val").sum() == 20
    assert "20 test images of the given split left out" in data.warnings[-1]


def test_each_site_is_a_fold_and_no_split_is_used() -> None:
    data, splits = each_site(sited(split=np.resize(["train", "test"], 120)), "site")
    assert data.split is None
    assert "the given split is not used" in data.warnings[-1]
    assert [split.site for split in splits] == ["A", "B", "C"]
    for split in splits:
        assert set(SITE[split.test]) == {split.site}
        assert sorted([*split.train, *split.test]) == list(range(120))


@pytest.mark.parametrize(
    "held", [lambda data: external_set(data, "site", "B"), lambda data: each_site(data, "site")[0]]
)
def test_images_of_no_known_site_are_left_out(held: Any) -> None:
    site = SITE.copy()
    site[[0, 7]] = ""
    data = held(sited(site))
    assert len(data) == 118
    assert "2 images without site left out" in data.warnings


@pytest.mark.parametrize(
    ("site", "asked", "told"),
    [
        (SITE, "sites=B", "no column 'sites' among site (did you mean site?)"),
        (SITE, "site=D", "no image has site=D; found A (60), B (40), C (20)"),
        (np.full(120, "B"), "site=B", "all images have site=B"),
        (np.full(120, "B"), "site", "site is B throughout"),
        (np.full(120, ""), "site", "the column site is blank"),
        (BY_CLASS, "site=B", "site=B has images of class malignant only"),
        (BY_CLASS, "site", "class benign only"),
        (np.where(np.arange(120) < 60, "B", "b"), "site=B", "'B' and 'b' differ only in case"),
        (SITE, "=B", "give COLUMN=VALUE"),
        (SITE, "site=", "give COLUMN=VALUE"),
        (SITE, "", "give COLUMN=VALUE"),
    ],
)  # fmt: skip
def test_what_cannot_be_held_out_is_refused(site: np.ndarray, asked: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        compare(LIGHT, sited(site), hold_out=asked)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_patient_at_two_sites_is_judged_or_trained_on() -> None:
    """Where an image of a patient is judged, none of that patient's is trained on."""
    patients = np.array([f"p{i}" for i in range(120)])
    patients[[3, 15]] = patients[[2, 17]]
    data = external_set(sited(groups=patients), "site", "B")
    assert data.groups is not None
    assert not set(data.groups[data.split == "test"]) & set(data.groups[data.split == "train"])
    assert (data.split == "test").sum() == (SITE == "B").sum()
    assert "with images at site=B left out of training" in data.warnings[-1]
    data, splits = each_site(sited(groups=patients), "site")
    for split in splits:
        assert set(SITE[split.test]) == {split.site}
        assert not set(patients[split.train]) & set(patients[split.test])
        strangers = ~np.isin(patients, patients[split.test])
        assert (split.train == np.flatnonzero(strangers)).all()
    assert "left out of training where such a patient is judged" in data.warnings[-1]


def test_a_class_of_one_site_alone_cannot_be_held_out() -> None:
    labels = np.where(SITE == "C", np.arange(120) // 6 % 2 * 2, np.arange(120) // 6 % 2)
    data = sited(classes=3).changed(labels=labels)
    with pytest.raises(InputError, match="without site=C no image of class other is left"):
        compare(LIGHT, data, hold_out="site")


def test_data_without_columns_say_so() -> None:
    with pytest.raises(InputError, match="none but those of the path"):
        compare(LIGHT, toy(), hold_out="site=B")


def test_the_value_may_hold_another_equals_sign() -> None:
    assert site_and_value("site=B=2") == ("site", "B=2")
    assert site_and_value(" site ") == ("site", None)


def test_an_external_set_is_told_in_the_protocol() -> None:
    found = compare(LIGHT, sited(), hold_out="site=B")
    assert found.protocol.kind == "external set"
    assert found.protocol.held_out == "site=B"
    assert "The images with site=B were held out as an external set: fitted on 80" in (
        found.protocol.statement
    )
    assert set(found.predictions["split"]) == {"test"}
    assert len(found.predictions) == 40


def test_sites_in_turn_are_folds_with_their_names() -> None:
    found = compare(LIGHT, sited(), hold_out="site")
    assert (found.protocol.kind, found.protocol.folds) == ("cross-validation", 3)
    assert "Each of the 3 values of site was held out in turn" in found.protocol.statement
    rows = found.predictions
    assert rows.groupby("held_out")["fold"].unique().map(list).to_dict() == {
        "A": [1], "B": [2], "C": [3],
    }  # fmt: skip
