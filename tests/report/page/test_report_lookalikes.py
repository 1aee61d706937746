"""Look-alikes on the page: groups with pictures, the harmful ones first and unfolded."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from imgpipe.evaluate import Comparison
from imgpipe.evaluate.results import AlikeCount, AlikeGroup, DuplicatePair, LookAlikesFound
from imgpipe.report.html import render
from imgpipe.report.markdown import to_markdown

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
    assert "in 1 of the groups, and stand in several parts or folds in 2." in text
    assert "different labels · on both sides" in text
    assert "maybe only much alike" in text
    assert "1 more of this group is not shown." in text
    assert "1 more group is not shown." in text
    assert "8 more in duplicates.csv." in text
    assert "different: benign and malignant" in text
    assert "training part and test part" in text


def test_pairs_of_images_without_a_split(split_run: Comparison) -> None:
    """Of images that are all judged, no part is told."""
    pair = DuplicatePair("a.png", "b.png", None, None, True, False, 0.98)
    found = LookAlikesFound("group", 3, 1, 0, 0, None, 20, shown=(group(False, False),))
    card = replace(split_run.dataset, duplicates=(pair,))
    text = render(replace(split_run, dataset=card, look_alikes=found))
    assert "<td><code>b.png</code></td><td></td>" in text


def test_harmless_groups_stay_folded(split_run: Comparison) -> None:
    found = LookAlikesFound("group", 3, 1, 0, 0, None, 20, shown=(group(False, False),))
    text = page(split_run, found)
    assert "<details open>" not in text
    assert "In no group do equal images or sure copies have different labels" in text
    assert "The division was given, and left as it is." in text
    assert "stay on one side" not in text


def test_copies_that_groups_do_not_hold_together_are_told(
    folds_run: Comparison, tmp_path: Path
) -> None:
    """Nothing is promised of pairs between groups; doubtful pairs and images are called so."""
    counts = (
        AlikeCount("near", 3, 6, 1, 0, 2),
        AlikeCount("maybe", 5, 8, 3, 1, 4),
        AlikeCount("all", 8, 12, 4, 1, 6),
    )
    mixed = replace(group(False, False), doubtful=(False, True))
    found = LookAlikesFound(
        "group", 9, 4, 0, 0, 2, 36, maybe=3, apart=2, counts=counts, shown=(mixed,)
    )
    pair = DuplicatePair("a.png", "b.png", "fold 1", "fold 2", False, False, 0.98, sure=False)
    card = replace(folds_run.dataset, duplicates=(pair,))
    run = replace(folds_run, dataset=card, look_alikes=found)
    whole = render(run)
    text = whole.split('<section id="lookalikes"')[1].split("</section>")[0]
    assert "the images of a group stay on one side of each fold" in text
    assert "2 pairs of sure copies stand in two places all the same" in text
    assert '<th scope="row">maybe only much alike</th><td class="r num">5</td>' in text
    assert "3 more resemble too few images of a group to be of it." in text
    assert text.count('<span class="muted">maybe only much alike</span>') == 1
    assert "nearly the same</td>" not in text
    assert 'class="bad"' not in text
    assert "0, and 1 that may only be much alike" in whole
    to_markdown(run, tmp_path / "report.md")
    assert "2 pairs of sure copies" in (tmp_path / "report.md").read_text()


def test_without_look_alikes_there_is_no_section(split_run: Comparison) -> None:
    assert 'id="lookalikes"' not in render(replace(split_run, look_alikes=None))


def test_of_a_group_with_lost_pictures_none_is_shown(split_run: Comparison) -> None:
    """Which image a picture shows that is left cannot be told."""
    lost = replace(group(True, False), pictures=(PICTURE,))
    text = page(split_run, LookAlikesFound("keep", 3, 1, 1, 0, None, 20, shown=(lost,)))
    assert "a.png" in text
    assert "<img " not in text
