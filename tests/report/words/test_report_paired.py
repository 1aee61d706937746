"""The headline claims no more than the paired tests say."""

from dataclasses import replace

import pytest

from imgpipe.evaluate import Comparison, Interval, PairedTest, Verdict
from imgpipe.evaluate.results import ModelResult
from imgpipe.report.html import render
from imgpipe.report.words.paired import headline, readings

SCORES = {"a": Interval(0.95, 0.93, 0.97), "b": Interval(0.8, 0.75, 0.85)}


def result(run: Comparison, name: str) -> ModelResult:
    """A real result under another name and AUC."""
    return replace(run.models[0], name=name, metrics={"auc": SCORES.get(name, SCORES["b"])})


def pair(a: str, b: str, verdict: str, better: str | None = None) -> Verdict:
    """A verdict with made-up numbers."""
    return Verdict(
        a, b, "auc", 0.15, 0.1, 0.2, 0.001, 0.003, verdict, f"{a} beside {b}.", "DeLong", "so",
        better,
    )  # fmt: skip


def test_one_model_alone(folds_run: Comparison) -> None:
    """A lone model is not called the best."""
    text = headline([result(folds_run, "a")], "auc")
    assert text == "a reaches an AUC of 0.950 (0.930–0.970)."


def test_intervals_apart_are_no_verdict(folds_run: Comparison) -> None:
    """Where the test sees no difference, the headline says so, however far intervals lie apart."""
    ranked = [result(folds_run, name) for name in "ab"]
    text = headline(ranked, "auc", [pair("b", "a", "no detectable difference")])
    assert text == "a has the highest AUC, 0.950 (0.930–0.970); no detectable difference from b."


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("better", "better"), "; better than every other model."),
        (
            ("better", "no detectable difference"),
            "; better than b; no detectable difference from c.",
        ),
        (
            ("equivalent within the margin", "too few to say"),
            "; equivalent within the margin to b; "
            "too few images to say whether it is better than c.",
        ),
    ],
)
def test_headline_names_each_verdict(
    folds_run: Comparison, verdicts: tuple[str, str], said: str
) -> None:
    """Each other model stands with its verdict; pairs without the best one do not count."""
    ranked = [result(folds_run, name) for name in "abc"]
    pairs = [pair("a", other, v, "a") for other, v in zip("bc", verdicts, strict=True)]
    pairs.append(pair("b", "c", "too few to say"))
    assert headline(ranked, "auc", pairs).endswith(said)
    assert readings("a", pairs) == ["a beside b.", "a beside c."]


def test_page_has_every_pair(split_run: Comparison) -> None:
    """The table gives effect, interval and p of each pair, the higher score first, and says why."""
    (only,) = split_run.pairs
    made = replace(
        only, a="dummy", b="forest", difference=-0.12, low=-0.2, high=-0.04, p_value=0.0004,
        p_holm=0.0004, verdict="better", better="forest", method="DeLong", why="it suits",
        statement="forest is better than dummy.",
    )  # fmt: skip
    text = render(replace(split_run, pairs=(made,)))
    section = text[text.index('id="verdicts"') :].split("</section>")[0]
    leads = split_run.leaderboard()["model"].iloc[0] == "forest"
    assert ("+0.120" in section) == leads
    assert ("+0.040 to +0.200" in section) == leads
    assert "forest is better" in section
    assert "&lt;\u00a00.001" in section
    assert "AUC: DeLong, since it suits." in section
    assert "p by Holm" not in section
    assert "forest is better than dummy." in text


def test_page_says_too_few(split_run: Comparison) -> None:
    """Ten images in all are too few, and the reason stands beside the verdict."""
    text = render(split_run)
    assert split_run.pairs[0].verdict == "too few to say"
    assert "only 5 held-out images of class" in text
    assert "too few images to say" in text


def test_one_model_has_no_verdicts(split_run: Comparison) -> None:
    """Without a pair there is no section."""
    alone = replace(split_run, pairs=(), overall=None, models=split_run.models[:1])
    assert 'id="verdicts"' not in render(alone)


def test_errors_that_differ_are_named_beside_an_equal_auc(folds_run: Comparison) -> None:
    """No detectable difference of the AUC is not the whole story where errors differ."""
    ranked = [result(folds_run, name) for name in "ab"]
    test = PairedTest(0.03, 0.01, 0.05, 9.0, 0.004, "McNemar")
    equal = replace(pair("a", "b", "no detectable difference"), errors=test)
    assert "Their errors are not alike" in headline(ranked, "auc", [equal])
    alike = replace(equal, errors=replace(test, p_value=0.2))
    assert "errors" not in headline(ranked, "auc", [alike])
