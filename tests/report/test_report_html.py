"""The page as a reader, a screen reader and a browser without a network find it."""

import base64
import io
import re
from collections import Counter
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgpipe.evaluate import Comparison, Copies
from imgpipe.images.picture import data_uri
from imgpipe.report import to_html
from imgpipe.report.html import render

VOID = {"meta", "img", "br", "input"}


class Page(HTMLParser):
    """Tags with their attributes, all text, and whether every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.stack: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.stack or self.stack[-1] not in {"style", "script"}:
            self.text += data


@pytest.fixture(scope="module", params=["split_run", "folds_run", "wide_run"])
def case(request: pytest.FixtureRequest) -> tuple[Comparison, str]:
    comparison = request.getfixturevalue(request.param)
    return comparison, render(comparison)


def test_nothing_is_loaded(case: tuple[Comparison, str]) -> None:
    """The file loads nothing: no address, no reference outside itself."""
    _, text = case
    page = Page(text)
    assert not {"link", "iframe", "object"} & {tag for tag, _ in page.tags}
    for tag, attrs in page.tags:
        assert not any(name.startswith("on") for name in attrs), tag
        for name in ("src", "href", "xlink:href", "srcset", "action", "data"):
            target = attrs.get(name)
            assert target is None or target.startswith(("data:image/png;base64,", "#"))
    assert not re.search(r"https?://|url\(|@import", text)


def test_page_is_well_formed(case: tuple[Comparison, str]) -> None:
    """Every tag is closed, and every link inside the page has its target."""
    page = Page(case[1])
    assert page.stack == []
    ids = Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs)
    assert max(ids.values()) == 1
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert links
    assert {f"#{name}" for name in ids} >= links


def test_pictures_are_told_in_words(case: tuple[Comparison, str]) -> None:
    """Every chart has a label and a description, every image a text."""
    run, text = case
    charts = re.findall(r'<svg class="chart".*?</svg>', text, re.S)
    assert charts
    for chart in charts:
        assert re.search(r'role="img"[^>]*aria-label="[^"]+"', chart)
        assert re.search(r"<desc>[^<]+</desc>", chart)
    images = [attrs for tag, attrs in Page(text).tags if tag == "img"]
    # a dummy's mistakes are not shown
    assert images or not any(model.mistakes for model in run.models if model.name != "dummy")
    assert all(attrs["alt"] for attrs in images)


def test_scores_are_the_comparison_s(case: tuple[Comparison, str]) -> None:
    """Each score stands on the page as `evaluate` gave it, with its interval."""
    comparison, text = case
    words = Page(text).text
    for model in comparison.models:
        for score in model.metrics.values():
            if not np.isnan(score.value):
                assert f"{score.value:.3f}" in words
            if not np.isnan(score.low):
                assert f"{score.low:.3f}–{score.high:.3f}" in words


def test_names_from_outside_are_escaped(split_run: Comparison) -> None:
    """A class called like a script shows as text."""
    text = render(split_run)
    for name in split_run.dataset.classes:
        assert escape(name) in text or escape(name).replace("&#x27;", "&#39;") in text
    assert "<script>alert" not in text
    assert "<script>alert(1)</script>" in Page(text).text


def test_warnings_come_before_the_scores(split_run: Comparison) -> None:
    """What a reader should beware of stands above the leaderboard."""
    text = Page(render(split_run)).text
    assert split_run.dataset.warnings
    for warning in split_run.dataset.warnings:
        assert text.index(warning[1:]) < text.index("Scores on images")


def test_standing_parts(case: tuple[Comparison, str]) -> None:
    """Protocol, hashes, versions and the limits of use are on every page."""
    comparison, text = case
    words = Page(text).text
    assert comparison.protocol.statement in words
    assert comparison.run.data_hash in words
    for name, version in comparison.run.versions.items():
        assert name in words
        assert version in words
    assert "Not for clinical use" in words
    assert "What was not done" in words
    assert "Confusion" in words


def test_counts_of_the_data_card(split_run: Comparison) -> None:
    """The data card gives the images of each part and class."""
    text = render(split_run)
    table = text[text.index('<table class="counts">') :].split("</table>")[0]
    cells = [int(n) for n in re.findall(r'<span class="num">(\d+)</span>', table)]
    counts = split_run.dataset.counts
    rows = [[part[name] for part in counts.values()] for name in split_run.dataset.classes]
    assert cells == [*chain(*rows), *(sum(part.values()) for part in counts.values())]
    assert "Training" in table


def test_copies_are_counted_on_the_page(split_run: Comparison) -> None:
    """The data card says how many judged images were trained on, and how many equal another."""
    row = r"<dt>(Judged images equal to one in training|Images equal to another)</dt><dd>(.*?)</dd>"
    card = replace(split_run.dataset, copies=Copies(images=1200, groups=3, torn=0, judged=4))
    found = dict(re.findall(row, render(replace(split_run, dataset=card))))
    assert list(found.values()) == ["4", "1,200, in 3 groups of equal ones"]
    unknown = replace(card, copies=Copies(0, 0, 0, None))
    found = dict(re.findall(row, render(replace(split_run, dataset=unknown))))
    assert list(found.values()) == ["not known", "0"]


def test_patients_of_a_given_split_are_said_to_be_apart(
    split_run: Comparison, folds_run: Comparison
) -> None:
    """With a split and patients given, the page counts the shared ones; folds share none."""
    known = replace(split_run, dataset=replace(split_run.dataset, patients=40))
    row = r"<dt>Patients shared between splits</dt><dd>(.*?)</dd>"
    assert re.findall(row, render(known)) == ["0"]
    assert "cannot be checked" in re.findall(row, render(split_run))[0]
    assert re.findall(row, render(folds_run)) == []


def test_pooled_curves_are_told_from_the_mean(split_run: Comparison, folds_run: Comparison) -> None:
    """Only cross-validation has curves of pooled folds beside a mean over folds."""
    lead = "Curves pool the held-out predictions of all folds; the AUC is the mean over folds."
    assert lead in render(folds_run)
    assert lead not in render(split_run)


def test_a_binary_leaderboard_has_no_column_twice(
    split_run: Comparison, folds_run: Comparison
) -> None:
    """Recall, which is sensitivity in two classes, stands on the page for more classes only."""
    heads = [
        re.findall(
            r"<th[^>]*>([^<]*)<",
            render(run).split('<table class="board wide">')[1].split("</thead>")[0],
        )
        for run in (split_run, folds_run)
    ]
    assert "Sensitivity" in heads[0]
    assert "Recall" not in heads[0]
    assert "Recall" in heads[1]
    assert "recall" in split_run.models[0].metrics


def test_confusion_counts_every_image(folds_run: Comparison) -> None:
    """Cells of a confusion matrix sum to the images judged."""
    text = render(folds_run)
    first = text[text.index('<section id="confusion">') :]
    cells = re.findall(r'<span class="count">([\d,]+)</span>', first.split("</table>")[0])
    assert sum(int(cell.replace(",", "")) for cell in cells) == folds_run.dataset.n


def test_one_colour_a_model(case: tuple[Comparison, str]) -> None:
    """A model has the same colour wherever its name has a swatch."""
    comparison, text = case
    for model in comparison.models:
        name = re.escape(escape(model.name))
        found = set(re.findall(rf'background:(var\(--\w+\))"></span>{name}[\s<]', text))
        assert len(found) == 1


def test_mistakes_show_their_pixels() -> None:
    """A picture in the page decodes to the pixels that were given."""
    pixels = np.random.default_rng(0).integers(0, 255, (9, 7), np.uint8)
    raw = base64.b64decode(data_uri(pixels).split(",")[1])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(raw))), pixels)


def test_file_is_written_whole(split_run: Comparison, tmp_path: Path) -> None:
    """The file holds the page, with nothing left beside it."""
    to_html(split_run, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render(split_run)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
