"""No English sentence is left on a Chinese page, whatever a run holds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from toy_datasets import make_dataset

from imgpipe import bundle, learn
from imgpipe._common.texts import say
from imgpipe.datasets import Dataset
from imgpipe.evaluate import CHECKS, Comparison, Finding, compare, join_runs, save_run
from imgpipe.learn import make_pipeline
from imgpipe.report import checks_to_html, write_prediction
from imgpipe.report.html import render
from imgpipe.report.markdown.document import markdown
from imgpipe.report.masks import render_masks
from imgpipe.report.page.sections import SECTIONS
from imgpipe.report.runs import render_runs
from imgpipe.report.web_page.local import page_of
from imgpipe.report.web_page.runtime import Runtime
from imgpipe.serve.page import page as served_page
from imgpipe.tables import MaskRow, MaskScores, WorstPair
from imgpipe.tables.mask_pairs.summaries import HIGH

_SETTINGS = {"families": "intensity"}
_TOLD = ("title", "aria-label", "alt", "placeholder")
_CODE = {"code", "pre", "script", "style"}
_INLINE = {"a", "b", "em", "i", "span", "strong", "sub", "sup", "tspan"}
# what is cited, options with their values, and what is called like in Python or in a file
_KEPT = re.compile(
    r"[A-Z]\w+ et al\., .*?doi:[\w./-]*\w|--[a-z][\w-]*(?: [A-Za-z=]+)?|\b\w+[=_.]\w[\w.]*"
    r"|Radiology: Artificial Intelligence|\bGrad-CAM\b"
)
_WORD = "[A-Za-z][A-Za-z'’-]*"
_SENTENCE = re.compile(rf"{_WORD}(?:[ ,;:.]+{_WORD}){{2,}}")


class Reader(HTMLParser):
    """What can be read or heard of a page, text by text; commands and versions are left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = [""]
        self._code = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in _CODE
        self.texts[-1:-1] = [value for name, value in attrs if name in _TOLD and value]
        if tag not in _INLINE:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in _CODE
        if tag not in _INLINE:
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.texts[-1] += data


@dataclass(frozen=True)
class Pages:
    """A run in which every section of the page has something to say, and a model that knows it."""

    run: Comparison
    explained: bundle.Explained
    predictor: bundle.Predictor


def everything() -> Dataset:
    """Two classes of patients with two sites, copies among them, and masks."""
    patients = [f"P{i // 2}" for i in range(80)]
    data = make_dataset(("benign", "malignant"), 40, groups=patients)
    images = np.array(data.images)
    images[1] = images[0]
    sites = ["A" if i % 4 < 2 else "B" for i in range(80)]
    return replace(data, images=images, columns={"site": sites})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    data, folder = everything(), tmp_path_factory.mktemp("chinese")
    models = {name: make_pipeline(name, **_SETTINGS) for name in ("logistic", "dummy")}
    run = compare(
        models,
        data,
        folds=3,
        learning_curve=True,
        subgroups="site",
        canaries=True,
        thresholds=True,
        conformal=0.8,
        margin=0.02,
    )
    save_run(run, folder / "run")
    trained = learn.fit(data, "logistic", **_SETTINGS, cases="features")
    found = bundle.found_in_run(folder / "run", "logistic", data, **_SETTINGS)
    card = bundle.make_card(trained, data, "logistic", run=found)
    bundle.save(trained, folder / "model.imgpipe", card=card)
    predictor = bundle.load(folder / "model.imgpipe")
    # a finding of each check, in the words of its title
    findings = tuple(Finding(code, c.severity, c.title, ("1",)) for code, c in CHECKS.items())
    source = say("generated with {settings:,}", settings=["seed=0"])
    run = replace(
        run,
        findings=findings,
        run=replace(run.run, cpu="processor"),
        dataset=replace(run.dataset, source=source),
    )
    return Pages(run, bundle.explain(predictor, data.images[3]), predictor)


def _runs(pages: Pages, _: Path, lang: str) -> str:
    facts = pages.run.run
    runs = {
        "first": pages.run,
        "second": replace(pages.run, run=replace(facts, started="2026-01-02T03:04:05+00:00")),
        "third": replace(pages.run, run=replace(facts, data_hash="other")),
    }
    return render_runs(join_runs(runs), lang)


def _patient(pages: Pages, folder: Path, lang: str, suffix: str = "html") -> str:
    path = folder / f"patient.{suffix}"
    write_prediction(pages.explained, path, lang=lang)
    return path.read_text(encoding="utf-8")


def _checks(pages: Pages, folder: Path, lang: str) -> str:
    path = folder / "checks.html"
    checks_to_html(pages.run.findings, path, title="scans", lang=lang)
    return path.read_text(encoding="utf-8")


def _masks(_: Pages, folder: Path, lang: str) -> str:
    rows = [MaskRow("a", "a", "b", k, None, _values(1 / k), "mm", 2) for k in (1, 2)]
    empty = MaskRow("c", "c", "c", 1, None, _values(0.0, np.inf), "mm", 2)
    alone = [MaskRow("d", "d", error="d: none", error_code="UNPAIRED"),
             MaskRow("e", "", "e", error="e: none", error_code="UNPAIRED")]  # fmt: skip
    square = np.eye(4, dtype=np.uint8)
    worst = (WorstPair(empty, square * 0, square, None, 3, 1.0),)
    notes = (say("only one of mask and reference says where it lies: taken pixel by pixel"),)
    scores = MaskScores((*rows, empty, *alone), worst=worst, warnings=notes)
    values = {**dict.fromkeys(HIGH, 0.5), "f1": 0.25}
    objects = MaskScores((MaskRow("a", "a", "b", iou=0.5, values=values, unit="mm"),), True)
    return render_masks(scores, lang=lang) + render_masks(objects, lang=lang)


def _values(dice: float, far: float = 2.0) -> dict[str, float]:
    lengths = dict.fromkeys(("hausdorff", "hausdorff_95", "surface_distance"), far)
    volumes = dict.fromkeys(("volume_difference", "relative_volume_difference"), -1.0)
    return {"dice": dice, "jaccard": dice, **lengths, **volumes}


_WRITTEN: dict[str, Callable[[Pages, Path, str], str]] = {
    "report": lambda pages, _, lang: render(pages.run, lang),
    "runs": _runs,
    "checks": _checks,
    "patient": _patient,
    "web": lambda pages, _, lang: page_of(pages.predictor, b"graph", Runtime("1", "", b""), lang),
    "masks": _masks,
    "served": lambda pages, _, lang: served_page(pages.predictor, lang),
    "report.md": lambda pages, _, lang: markdown(pages.run, lang),
    "patient.md": lambda pages, folder, lang: _patient(pages, folder, lang, "md"),
}


def english(text: str) -> Iterator[str]:
    """Find three and more English words in a row, texts of a page one by one."""
    texts = Reader(text).texts if text.startswith("<!") else re.split(r"[|\n]", text)
    for each in texts:
        yield from _SENTENCE.findall(_KEPT.sub("…", " ".join(each.split())))


@pytest.mark.parametrize("name", _WRITTEN)
def test_no_english_sentence_is_left(pages: Pages, tmp_path: Path, name: str) -> None:
    text = _WRITTEN[name](pages, tmp_path, "zh")
    assert list(english(text)) == []
    assert re.search("[\u4e00-\u9fff]", text)


@pytest.mark.parametrize("name", _WRITTEN)
def test_english_sentences_would_be_seen(pages: Pages, tmp_path: Path, name: str) -> None:
    """The same pages in English have many: the search is not blind."""
    assert len(list(english(_WRITTEN[name](pages, tmp_path, "en")))) > 10


def test_a_sentence_is_seen_wherever_it_stands() -> None:
    for place in ("<p>{}</p>", '<p title="{}">', "<svg><desc>{}</desc></svg>", "<b>图像 {}</b>"):
        page = "<!doctype html>" + place.format("nobody has said")
        assert list(english(page)) == ["nobody has said"]


def test_the_run_has_every_section(pages: Pages) -> None:
    """Else what a section says would not be looked at."""
    page = render(pages.run, "zh")
    assert [s.name for s in SECTIONS if f'id="{s.name}"' not in page] == ["confusion"]


def test_no_english_sentence_is_left_of_three_classes(sets_run: Comparison) -> None:
    """Matrices have a section of their own there."""
    run = replace(sets_run, run=replace(sets_run.run, cpu="processor"))
    page = render(run, "zh")
    assert 'id="confusion"' in page
    assert list(english(page)) == list(english(markdown(run, "zh"))) == []
