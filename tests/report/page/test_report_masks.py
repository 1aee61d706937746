"""The page of measured masks: what it says of values, and outlines along the edges of pixels."""

import math
import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imgpipe.report.charts.outlines import outline
from imgpipe.report.masks import masks_to_html, render_masks
from imgpipe.tables import MaskRow, MaskScores, WorstPair

HOSTILE = '<img src=x onerror=alert(1)>"&'


def row(name: str, dice: float, far: float = 1.0, label: int = 1, unit: str = "mm") -> MaskRow:
    values = {
        "dice": dice,
        "jaccard": dice / 2,
        "hausdorff": far,
        "hausdorff_95": far,
        "surface_distance": far / 2,
        "volume": 10.0,
        "reference_volume": 30.0,
        "volume_difference": -20.0,
        "relative_volume_difference": -2 / 3,
    }
    return MaskRow(name, name, name, label, None, values, unit, 3)


def edges(labels: np.ndarray) -> int:
    """Edges of pixels on whose two sides labels differ, counted one by one."""
    padded = np.pad(labels, 1)
    return sum(
        int(padded[y, x] != padded[y + 1, x]) + int(padded[y, x] != padded[y, x + 1])
        for y in range(padded.shape[0] - 1)
        for x in range(padded.shape[1] - 1)
    )


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 2)))
def test_an_outline_is_as_long_as_the_edges_between_labels(labels):
    """Each edge is drawn once, and runs lie inside the picture."""
    lines = re.findall(r"M(\d+) (\d+)([hv])(\d+)", outline(labels))
    assert sum(int(length) for *_, length in lines) == edges(labels)
    h, w = labels.shape
    for x, y, way, length in lines:
        assert int(x) + int(length) * (way == "h") <= w
        assert int(y) + int(length) * (way == "v") <= h


def test_the_page_says_mean_median_and_worst():
    """Shares with three digits, lengths with three that count; infinity stands, and is told."""
    scores = MaskScores((row("a", 0.9), row("b", 0.5, 12.345), row("c", 0.0, math.inf)))
    page = render_masks(scores, "mine")
    text = re.sub(r"<[^>]+>", " ", page.split("<main")[1])
    words = " ".join(text.split())
    assert "Dice: mean 0.467, median 0.500, worst 0.000." in words
    assert "Dice 0.467 0.500 0.000 c" in words
    assert "Hausdorff distance, mm 6.67 12.3 ∞ c" in words
    assert "Volume difference, mm³ −20 −20 −20 a" in words
    assert "1 row has no finite distance" in words
    assert "Worst pairs" not in words


def test_labels_and_units_have_their_words():
    """Several labels are groups; a length of several units has none."""
    scores = MaskScores((row("a", 0.9), row("a", 0.4, label=2, unit="pixel")))
    page = render_masks(scores)
    assert "Dice, mean of all pairs: 0.900 for label 1, 0.400 for label 2." in page
    assert page.count('scope="rowgroup"') == 2
    many = MaskScores(tuple(row("a", k / 10, label=k) for k in range(1, 10)))
    assert "Dice: 0.500 as mean of 9 labels, least 0.100 for label 1." in render_masks(many)
    assert "distance, mm" not in page
    assert "No pair could be measured" in render_masks(MaskScores(()))


def test_names_cannot_break_out_of_the_page(tmp_path):
    """Names of files are text, in tables, pictures and errors."""
    bad = row(HOSTILE, 0.5)
    square = np.ones((4, 4), np.uint8)
    worst = WorstPair(bad, square, np.eye(4, dtype=np.uint8), square * 9, 2, 2.0)
    failed = MaskRow(HOSTILE, HOSTILE, error=f"{HOSTILE}: bad", error_code="DAMAGED")
    scores = MaskScores((bad, failed), worst=(worst,), warnings=(HOSTILE,))
    masks_to_html(scores, tmp_path / "p.html", title=HOSTILE, command=HOSTILE)
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 6
    assert 'style="aspect-ratio:8 / 4"' in page
    assert "slice 2" in page


def test_what_is_not_paired_is_named_in_one_sentence():
    alone = tuple(MaskRow(f"m{i}", f"m{i}", error="x", error_code="UNPAIRED") for i in range(12))
    missed = (MaskRow("r", "", "r", error="y", error_code="UNPAIRED"),)
    page = render_masks(MaskScores((*alone, *missed)))
    assert "12 masks have no reference: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9 and 2 more" in page
    assert "1 reference has no mask: r" in page
    assert "13 masks not measured" in page


def test_what_does_not_exist_is_a_dash():
    """A precision without objects, and no chart of nothing."""
    values = {"dice": 0.0, "precision": math.nan, "f1": 0.0, "average_precision": 0.0}
    scores = MaskScores((MaskRow("a", "a", "b", iou=0.5, values=values, unit="mm"),), objects=True)
    text = " ".join(re.sub(r"<[^>]+>", " ", render_masks(scores)).split())
    assert "Precision – – –" in text
    assert "overlap above 0.5" in text
