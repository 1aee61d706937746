"""The page of several runs: who may be compared with whom, and what tests say."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from markupsafe import escape

from imgpipe import InputError
from imgpipe.datasets import Dataset
from imgpipe.evaluate import Comparison, Finding, Interval, JoinedRuns, compare, join_runs
from imgpipe.learn import make_pipeline
from imgpipe.report import runs_to_html, runs_to_markdown
from imgpipe.report.markdown import marks
from imgpipe.report.page import runs as runs_page
from imgpipe.report.runs import render_runs

LEFT = "Read this first"


def models(*names: str) -> dict[str, object]:
    return {name: make_pipeline(name, families="intensity") for name in names}


def scans(n: int = 60, name: str = "scans") -> Dataset:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    pixels = rng.normal(100 + 12 * labels[:, None, None], 40, (n, 12, 12)).clip(0, 255)
    ids = [f"<i>{i}" for i in range(n)]
    return Dataset(name, pixels.astype(np.uint8), labels, ("no", "yes"), ids=ids)


@pytest.fixture(scope="module")
def first() -> Comparison:
    return compare(models("logistic", "dummy"), scans(), folds=2)


@pytest.fixture(scope="module")
def paired(first: Comparison) -> JoinedRuns:
    second = compare(models("forest"), scans(), folds=2)
    return join_runs({"first <b>": first, "second": second})


@pytest.fixture(scope="module")
def apart(first: Comparison) -> JoinedRuns:
    """Nothing is shared."""
    return join_runs({"first": first, "other": compare(models("forest"), scans(40), folds=2)})


def texts(page: str) -> str:
    """What a reader sees, in one line."""
    kept: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            if self.lasttag not in ("style", "script"):
                kept.append(data)

    Reader().feed(page)
    return " ".join(" ".join(kept).split())


def test_the_best_models_of_two_runs_are_told_first(paired: JoinedRuns) -> None:
    page = texts(render_runs(paired))
    best, rival = "first <b>/logistic", "second/forest"
    statement = next(p.statement for p in paired.pairs if {p.a, p.b} == {best, rival})
    assert page.index(statement) < page.index("Leaderboard")
    assert "2 runs 3 models 2 pairs tested" in page
    assert "first <b> and second : the same images" in page.replace("second:", "second :")
    assert "the same data as first <b>" in page
    assert "Not tested" not in page
    for pair in paired.pairs:
        assert f"{pair.difference:+.3f}".replace("-", "−") in page or (
            f"{-pair.difference:+.3f}".replace("-", "−") in page
        )


def test_every_score_stands_on_the_page(paired: JoinedRuns) -> None:
    page = texts(render_runs(paired))
    for model in paired.models.values():
        for metric in ("auc", "accuracy", "brier"):
            assert f"{model.metrics[metric].value:.3f}" in page


def test_names_from_outside_break_nothing(paired: JoinedRuns) -> None:
    page = render_runs(paired)
    assert "<b>/" not in page
    assert "first &lt;b&gt;" in page


def test_runs_that_share_nothing_stand_side_by_side(apart: JoinedRuns) -> None:
    """No error: scores, and the sentence that they cannot be compared."""
    page = texts(render_runs(apart))
    assert "No model of one run can be tested against one of another" in page
    assert "do not tell which model is better" in page
    assert "first beside other: they judged other images: first has 60, other has 40" in page
    assert "first: judged by itself" in page
    assert "p by Holm" not in page


def test_warnings_are_read_first(apart: JoinedRuns) -> None:
    page = texts(render_runs(replace(apart, warnings=("In a, result.json was changed.",))))
    assert LEFT in page
    assert page.index("In a, result.json was changed.") < page.index("Leaderboard")
    silent = tuple(replace(run, comparison=_silent(run.comparison)) for run in apart.runs)
    assert LEFT not in texts(render_runs(replace(apart, runs=silent)))


def _silent(found: Comparison) -> Comparison:
    """A run of which there is nothing to be said first."""
    models = tuple(replace(m, calibration=None, operation=()) for m in found.models)
    return replace(found, findings=(), models=models, dataset=replace(found.dataset, warnings=()))


def test_what_a_run_says_first_stands_here_too(first: Comparison) -> None:
    """Its caveats, errors and warnings under its name; what else its checks found, folded."""
    found = (
        Finding("SCO003", "error", "mean gray alone does as well", ids=()),
        Finding("CUT001", "warning", "images touch the frame", ids=()),
    )
    data = replace(first.dataset, warnings=("labels were guessed",))
    other = compare(models("forest"), scans(40), folds=2)
    told = replace(first, findings=found, dataset=data)
    markup = render_runs(join_runs({"one": other, "two": told}))
    page = texts(markup)
    start, end = page.index(LEFT), page.index("Its models")
    assert start < page.index(" two ", start) < page.index("Mean gray alone does as well.") < end
    assert page.count("Mean gray alone does as well.") == 2, "above, and among all findings"
    assert start < page.index("Labels were guessed.") < page.index("1 error, 1 warning") < end
    assert markup.index("<details>") < markup.index("Images touch the frame.")


def test_axes_are_those_of_the_models_and_a_dummy_is_an_arrow(first: Comparison) -> None:
    """However far off it lies, the intervals of models can be seen."""
    other = compare(models("forest", "dummy"), scans(), folds=2)
    joined = join_runs({"first": first, "second": other})
    narrow = {
        name: replace(model, metrics={**model.metrics, "auc": Interval(0.98, 0.97, 0.99)})
        for name, model in ((m.name, m) for m in first.models)
        if name != "dummy"
    }
    runs = tuple(
        replace(
            run,
            comparison=replace(
                run.comparison,
                models=tuple(
                    replace(narrow["logistic"], name=m.name) if m.name != "dummy" else m
                    for m in run.comparison.models
                ),
            ),
        )
        for run in joined.runs
    )
    pairs = tuple(
        replace(p, difference=0.0, low=-0.01, high=0.01)
        if "dummy" not in p.a + p.b
        else replace(p, difference=0.48, low=0.4, high=0.5)
        for p in joined.pairs
    )
    content = runs_page.content(replace(joined, runs=runs, pairs=pairs))
    assert content["beyond"]
    assert content["pairs"]["beyond"]
    assert "0.5<" not in content["axis"]
    assert "0.4<" not in content["pairs"]["axis"]
    drawn = [row["svg"] for group in content["forest"] for row in group["rows"]]
    assert sum("<path" in svg for svg in drawn) == 2, "one arrow for each dummy"


def test_many_runs_are_counted_and_reasons_folded(first: Comparison) -> None:
    """Twelve runs of twenty models on other images each: still one readable page."""
    many = {}
    for i in range(12):
        rows = first.predictions.assign(id=first.predictions["id"] + f"-{i}")
        names = {f"m{k}": first.models[0] for k in range(20)}
        copies = tuple(replace(model, name=name) for name, model in names.items())
        table = rows[rows["model"] == "logistic"].assign(model="m0")
        facts = replace(first.run, wall_seconds=float(i), data_hash=str(i))
        many[f"run{i}"] = replace(first, models=copies, predictions=table, run=facts)
    page = render_runs(join_runs(many))
    assert "12 runs" in texts(page)
    assert page.count("<details><summary>All reasons") == 1
    assert len(page) < 1_500_000


def test_the_page_is_chinese(paired: JoinedRuns, apart: JoinedRuns) -> None:
    page = texts(render_runs(apart, "zh"))
    assert "各次运行的模型之间无法检验" in page
    assert "first：单独评估" in page
    assert "first与other：所评估的图像不同：first有60张，other有40张，两者共有40张。" in page
    assert "数据与first <b>相同" in texts(render_runs(paired, "zh"))


def test_a_language_that_is_not_there(paired: JoinedRuns, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no language is named 'fr'"):
        runs_to_html(paired, tmp_path / "page.html", lang="fr")
    assert not (tmp_path / "page.html").exists()
    runs_to_html(paired, tmp_path / "page.html", lang="zh")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == render_runs(paired, "zh")


def test_markdown_says_what_the_page_says(
    paired: JoinedRuns, apart: JoinedRuns, tmp_path: Path
) -> None:
    """Headline, scores, tests or why there are none, in either language; names are only names."""
    runs_to_markdown(paired, tmp_path / "both.md")
    text = (tmp_path / "both.md").read_text(encoding="utf-8")
    content = runs_page.content(paired)
    assert marks.plain(content["headline"]) in text
    assert "first \\<b>" in text
    for model in paired.models.values():
        assert f"{model.metrics['brier'].value:.3f}" in text
    assert text.count(" less ") == len(paired.pairs)
    told = replace(apart, warnings=("In a, result.json was changed.",))
    runs_to_markdown(told, tmp_path / "zh.md", lang="zh")
    chinese = (tmp_path / "zh.md").read_text(encoding="utf-8")
    assert "> - In a, result.json was changed." in chinese
    assert "first与other：所评估的图像不同" in chinese


def test_runs_show_themselves_in_a_notebook(paired: JoinedRuns, apart: JoinedRuns) -> None:
    """A table for those that judged alike, and what tests say; names are escaped."""
    shown = paired._repr_html_()
    assert shown.count("<table>") == 1
    assert "<b>/" not in shown
    assert "first &lt;b&gt;/logistic" in shown
    assert str(escape(paired.pairs[0].statement)) in shown
    other = apart._repr_html_()
    assert other.count("<table>") == 2
    assert "No test between first and other: they judged other images" in other
