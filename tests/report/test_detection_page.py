"""The page of a detector says how many lesions it finds, and shows those that it does not."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_detections import toy_run

from imgpipe.detect import DetectionRun
from imgpipe.report import detection_to_html
from imgpipe.report.charts.froc import Rate, froc_chart
from imgpipe.report.detection import render_detection


@pytest.fixture(scope="module")
def run() -> DetectionRun:
    return toy_run()


def test_the_headline_is_the_sensitivity_at_the_rate(run: DetectionRun) -> None:
    """It has the share of lesions, its interval, and the rate; the table has every rate."""
    page = render_detection(run)
    point = next(p for p in run.froc.points if p.false_positives == 1)
    share, low, high = (f"{100 * v:.0f}" for v in (point.sensitivity, point.low, point.high))
    assert f"svm finds {share}\N{NO-BREAK SPACE}% of lesions ({low} to {high}) at 1 false" in page
    for each in run.froc.points:
        assert f'<span class="num">{each.sensitivity:.3f}</span>' in page
    assert f"{run.froc.mean:.3f}" in page
    assert "24 images" in page
    assert "8 patients" in page


def test_errors_are_counted_and_shown(run: DetectionRun) -> None:
    """Misses and false alarms are those at the threshold of the rate, each with a picture."""
    page = render_detection(run)
    missed = sum(int((each.best < run.threshold).sum()) for each in run.images)
    alarms = sum(
        int(((each.hits < 0) & (each.detections[:, -1] >= run.threshold)).sum())
        for each in run.images
    )
    assert missed > 0
    assert 0 < alarms <= len(run.images)
    assert f"{missed} missed" in page
    assert f"{alarms} false alarms" in page
    kinds = [each.kind for each in run.pictures]
    assert kinds.count("miss") == min(missed, 12)
    assert kinds.count("false alarm") == min(alarms, 12)
    assert page.count('<svg class="dt-boxes') == len(run.pictures)
    missing = [run.images[p.image].lesions[p.box] for p in run.pictures if p.kind == "miss"]
    sizes = [np.prod(box[2:] - box[:2]) for box in missing]
    assert sizes == sorted(sizes, reverse=True)


def test_a_box_lies_where_its_lesion_is(run: DetectionRun) -> None:
    """In the picture of a miss the lesion's rectangle has its place and size, in the picture."""
    shown = next(each for each in run.pictures if each.kind == "miss")
    y0, x0, y1, x1 = run.images[shown.image].lesions[shown.box]
    top, left = shown.corner
    page = render_detection(run)
    wanted = f'x="{x0 - left:.2f}" y="{y0 - top:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}"'
    assert wanted in page
    assert 0 <= y0 - top < y1 - top <= shown.pixels.shape[0]


def test_a_volume_shows_the_slice_of_its_lesion() -> None:
    """The slice goes through the middle of the box, and only boxes that it cuts are drawn."""
    run = toy_run(12, depth=9)
    assert {each.slice for each in run.pictures} == {4}
    assert "slice 4" in render_detection(run)
    assert 'class="dt-lesion" x=' in render_detection(run)
    away = replace(run, pictures=tuple(replace(each, slice=8) for each in run.pictures))
    assert 'class="dt-lesion" x=' not in render_detection(away)


def test_names_from_outside_are_escaped_and_nothing_is_loaded(run: DetectionRun) -> None:
    page = render_detection(run, "imgpipe detect <scans> --out run")
    assert "<i>" not in page
    assert "imgpipe detect &lt;scans&gt;" in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)


def test_it_is_said_in_chinese(run: DetectionRun) -> None:
    page = render_detection(run, lang="zh")
    assert "漏检的病灶" in page
    assert "False alarms" not in page


def test_without_patients_that_is_said() -> None:
    """Neither patients nor many of them with lesions: the page warns."""
    page = render_detection(toy_run(8, grouped=False))
    assert "scores are too good" in page
    assert "Only 6 patients have lesions" in page
    assert "8 patients</li>" not in page


def test_a_rate_that_no_threshold_reaches(run: DetectionRun) -> None:
    """Nothing counts as detected, and no score is invented."""
    never = replace(run, rate=0.0, threshold=float("inf"), pictures=())
    page = render_detection(never)
    assert "Every threshold has more than 0 false positives an image" in page
    assert f"{run.froc.lesions} missed" in page


def test_the_file_appears_whole(run: DetectionRun, tmp_path: Path) -> None:
    detection_to_html(run, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == render_detection(run)
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_the_curve_goes_on_level_to_the_last_rate() -> None:
    """Between the rates the chart has the curve's own points, beyond them its last height."""
    rates = [Rate(1, 0.5, np.nan, np.nan), Rate(4, 0.8, np.nan, np.nan)]
    svg = froc_chart("FROC", rates, [0, 1, 2], [0, 0.5, 0.8])
    path = re.search(r'class="line froc-line" d="M([^"]*)"', svg)
    assert path is not None
    points = [tuple(map(float, each.split())) for each in path[1].split("L")]
    assert points == [(60.0, 150.0), (190.0, 67.2), (320.0, 67.2)]
    assert "froc-band" not in svg
