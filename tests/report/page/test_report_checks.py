"""The section of findings, what takes the headline back, and the canaries' rows."""

import re
from dataclasses import replace

import numpy as np

from imgpipe.evaluate import CHECKS, Canary, Comparison, Finding, Interval
from imgpipe.report.html import render

TAKEN_BACK = Finding("SCO003", "error", "mean gray alone has an AUC of 0.9")
FOUND = (
    TAKEN_BACK,
    Finding("DUP006", "warning", "11 pairs of look-alikes", pairs=(("a<b", "c"),) * 11),
    Finding("LAB004", "note", "class a has 90 images", ids=("a",)),
)


def section(text: str) -> str:
    return text.partition('<section id="checks">')[2].partition("</section>")[0]


def test_findings_are_shown_with_what_would_do(folds_run: Comparison) -> None:
    """Each has its code, sentence, meaning and remedy, and as many ids as can be read."""
    shown = section(render(replace(folds_run, findings=FOUND)))
    for finding in FOUND:
        assert f"<code>{finding.code}</code>" in shown
        assert CHECKS[finding.code].remedy in shown
    assert "1 error, 1 warning, 1 note." in shown
    assert shown.count("a&lt;b and c") == 8
    assert "and 3 more" in shown
    assert "Nothing was found." in section(render(replace(folds_run, findings=())))


def test_what_reaches_the_best_model_stands_below_the_headline(folds_run: Comparison) -> None:
    """It is said there, and not a second time in the box of warnings."""
    card = replace(folds_run.dataset, warnings=(TAKEN_BACK.message, "two images are equal"))
    text = render(replace(folds_run, findings=FOUND, dataset=card))
    head, _, rest = text.partition("</header>")
    assert '<p class="headline caveat">Mean gray alone has an AUC of 0.9.</p>' in head
    assert "caveat" not in render(replace(folds_run, findings=())).partition("<body>")[2]
    box = rest.partition('class="warnings"')[2].partition("</section>")[0]
    assert re.findall("<li>(.*?)</li>", box) == ["Two images are equal."]


def test_canaries_are_no_models(folds_run: Comparison) -> None:
    """They stand below all models, in no chart, and a score that they lack is a dash."""
    nothing = Interval(np.nan, np.nan, np.nan)
    metrics = dict.fromkeys(folds_run.models[0].metrics, nothing)
    canary = Canary("border alone", "the <border>", metrics | {"auc": Interval(0.99, 0.98, 1.0)})
    text = render(replace(folds_run, canaries=(canary,)))
    board = text.partition('<table class="board wide">')[2].partition("</table>")[0]
    names = re.findall(r"</span>([^<]+)</th>", board)
    assert names[-1] == "canary: border alone"
    assert len(names) == 1 + len(folds_run.models)
    assert "border alone" not in text.partition('<p class="headline">')[2].partition("</p>")[0]
    assert "the &lt;border&gt;" in text
    assert "0.980–0.990" not in text
    assert "0.980–1.000" in board
    assert board.count("–</span>") == len(metrics) - 1 - ("sensitivity" in metrics)
    assert text.count("canary: border alone") == 1
