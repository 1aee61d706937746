"""Look-alikes on the page: groups with pictures, the harmful ones first and unfolded."""

from dataclasses import replace

import numpy as np

from imgpipe.evaluate import Comparison
from imgpipe.evaluate.results import AlikeGroup, DuplicatePair, LookAlikesFound
from imgpipe.report.html import render

PICTURE = np.zeros((4, 4), np.uint8)


def group(torn: bool, across: bool, sure: bool = True) -> AlikeGroup:
    return AlikeGroup(
        images=3,
        torn=torn,
        across=across,
        ids=("a.png", "b.png"),
        labels=("benign", "malignant" if torn else "benign"),
        places=("train", "test" if across else "train"),
        sure=sure,
        pictures=(PICTURE, PICTURE),
    )


def page(run: Comparison, found: LookAlikesFound, pairs: int = 0) -> str:
    pair = DuplicatePair("a.png", "b.png", "train", "test", False, False, 0.98,
                         label_a="benign", label_b="malignant")  # fmt: skip
    card = replace(run.dataset, duplicates=(pair,) * pairs)
    text = render(replace(run, dataset=card, look_alikes=found))
    return text.split('<section id="lookalikes"')[1].split("</section>")[0]


def test_harmful_groups_are_unfolded_with_their_pictures(split_run: Comparison) -> None:
    """Two labels, two parts, and what is doubtful, each told; ids and places under pictures."""
    shown = (group(True, True), group(False, True), group(False, False, sure=False))
    found = LookAlikesFound("keep", 9, 4, 1, 2, None, 20, maybe=1, shown=shown)
    text = page(split_run, found, pairs=20)
    assert text.count("<details open>") == 2
    assert text.count("<img ") == 6
    assert "1 of the groups have different labels, 2 stand in several parts or folds." in text
    assert "different labels · on both sides" in text
    assert "maybe only much alike" in text
    assert "1 more of this group is not shown." in text
    assert "1 more group is not shown." in text
    assert "8 more in duplicates.csv." in text
    assert "different: benign and malignant" in text
    assert "training part and test part" in text


def test_harmless_groups_stay_folded(split_run: Comparison) -> None:
    found = LookAlikesFound("group", 3, 1, 0, 0, None, 20, shown=(group(False, False),))
    text = page(split_run, found)
    assert "<details open>" not in text
    assert "None has different labels" in text
    assert "In cross-validation, look-alikes stay on one side of each fold." in text


def test_without_look_alikes_there_is_no_section(split_run: Comparison) -> None:
    assert 'id="lookalikes"' not in render(replace(split_run, look_alikes=None))


def test_of_a_group_with_lost_pictures_none_is_shown(split_run: Comparison) -> None:
    """Which image a picture shows that is left cannot be told."""
    lost = replace(group(True, False), pictures=(PICTURE,))
    text = page(split_run, LookAlikesFound("keep", 3, 1, 1, 0, None, 20, shown=(lost,)))
    assert "a.png" in text
    assert "<img " not in text
