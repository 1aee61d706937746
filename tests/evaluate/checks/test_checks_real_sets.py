"""Checks of real images: what is known to be wrong with them, and sets that are clean."""

from pathlib import Path

import numpy as np
import pytest
from comparison_samples import light

from imgpipe.datasets import Dataset, load
from imgpipe.evaluate import check, compare

pytestmark = pytest.mark.data


def codes(data: object, **settings: object) -> dict[str, str]:
    """Messages by code."""
    return {found.code: found.message for found in check(data, **settings)}


@pytest.mark.full
def test_built_in_images_are_clean() -> None:
    """The nodules that are made on the spot have no fault."""
    assert check("synthetic-nodules") == []


@pytest.mark.full
def test_the_hannover_images_are_told_apart_by_how_they_were_taken(shared_data: Path) -> None:
    """Mean gray, image format and view tell who was in intensive care; the model reaches no more.

    The data's README has .947 for the mean gray, and .850 for the view.
    """
    manifest = shared_data / "hannover_xray" / "manifest.csv"
    data = load(manifest, groups="patient", size=64)
    comparison = compare({"light": light()}, data, folds=3, canaries=True)
    found = {finding.code: finding for finding in comparison.findings}
    assert found["SCO003"].severity == "error"
    assert "without any fit, has an AUC of 0.9" in found["SCO003"].message
    assert "mean gray alone 0.9" in found["SCO007"].message
    assert "tells the classes apart: AUC 0.94" in found["CUT006"].message
    assert found["CUT001"].message.startswith("the image size alone")
    assert "view 0.850" in found["CUT010"].message
    assert comparison.dataset.warnings[0] == found["SCO003"].message


@pytest.mark.full
def test_pneumoniamnist_has_copies_and_a_shift(shared_data: Path) -> None:
    """Its test part is told from the rest, and has other shares; its validation part is copied."""
    found = codes(shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    assert {"DUP003", "SPL004", "SPL005", "PAT001"} <= set(found)
    assert "56 images are exact duplicates, in 27 groups, 8 of them across" in found["DUP003"]
    assert "DUP001" not in found
    assert not any(code.startswith("CUT") for code in found)


@pytest.mark.full
def test_a_part_of_pneumoniamnist_without_copies_is_clean(shared_data: Path) -> None:
    """Different images of its training part, each a patient of its own, give no finding."""
    data = load(shared_data / "pneumoniamnist" / "pneumoniamnist_rebuilt.npz")
    _, first = np.unique(data.images.pixels, axis=0, return_index=True)
    chosen = np.sort(first[data.split[first] == "train"])[::6]
    part = data.take(chosen).changed(split=None, groups=chosen.astype(str))
    assert len(part) > 700
    assert check(part, ignore=["DUP005", "DUP006"]) == []


@pytest.mark.full
def test_mednist_is_told_by_brightness_and_two_of_its_kinds_are_not(shared_data: Path) -> None:
    """Six kinds of image differ in everything; in halves of one kind nothing is found."""
    data = load(shared_data / "mednist" / "mednist_600_per_class.npz")
    found = codes(data)
    assert {"CUT006", "DUP003", "IMG001"} <= set(found)
    one = data.take(np.flatnonzero(data.labels == data.classes.index("CXR"))[:300])
    halves = np.random.default_rng(0).permutation(np.arange(300) % 2)
    who = np.arange(300).astype(str)
    pair = Dataset("halves", one.images, halves, ("a", "b"), who)
    assert check(pair, ignore=["DUP005", "DUP006"]) == []


def test_busi_has_an_image_with_two_labels_and_masks_that_tell(shared_data: Path) -> None:
    """One image is benign and malignant, normal ones have no mask, and areas tell the classes."""
    found = codes(shared_data / "busi" / "busi_128.npz")
    assert "2 images are exact duplicates with different labels" in found["DUP002"]
    assert found["IMG004"] == "133 masks are empty or missing, all of normal"
    assert {"CUT008", "CUT003"} <= set(found)
