"""Headlines, judgements of probabilities and what was not done are said in Chinese, too."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from chinese import left_in_english

from imgpipe._common.texts import Text
from imgpipe.evaluate import Comparison, Interval, PairedTest
from imgpipe.evaluate.results import ConformalSets, ModelResult
from imgpipe.report.languages import speaking, tell
from imgpipe.report.words import decisions, paired, sentences

HALF, HIGH = Interval(0.5, 0.4, 0.6), Interval(0.9, 0.85, 0.95)
VERDICTS = ("better", "no detectable difference", "equivalent within the margin", "too few to say")


def headlines(run: Comparison) -> Iterator[Text]:
    """Of one model, of two without a test, and with each verdict."""
    models = [replace(run.models[0], name=name, metrics={"auc": HIGH}) for name in "abcde"]
    yield paired.headline(models[:1], "auc")
    yield paired.headline(models[:2], "auc")
    errors = PairedTest(0.1, 0.05, 0.15, 3.0, 1e-4, "McNemar")
    pairs = [
        replace(run.pairs[0], a="a", b=b, verdict=verdict, better=None, errors=errors)
        for b, verdict in zip("bcde", VERDICTS, strict=True)
    ]
    yield paired.headline(models, "auc", pairs)
    yield paired.headline(models, "auc", [replace(pair, verdict="better") for pair in pairs])


def judgements(model: ModelResult) -> Iterator[Text]:
    """Of probabilities that are far off, certain and wrong, or unknown, and of thresholds."""
    assert model.calibration is not None
    for limit in (0.1, 0.9):
        found = replace(
            model.calibration, ece=HALF, ece_chance_limit=limit, log_loss_clipped=int(limit > 0.5)
        )
        yield from decisions.calibrated(replace(model, calibration=found))
    yield from decisions.calibrated(replace(model, calibration=None))
    sets = ConformalSets(0.95, "inner folds", HALF, {}, HALF, (0.0, 1.0))
    yield from decisions.short_of(replace(model, conformal=sets))
    yield from decisions.sets_lacking([model, replace(model, conformal=sets)])
    (one, *_) = model.operation
    for rule in ("sensitivity 0.95", "specificity 0.95"):
        point = replace(one.points[0], rule=rule, sensitivity=HALF, specificity=HALF)
        yield from decisions.missed(model.name, replace(one, points=(point,), chosen_on=None))


def omissions(run: Comparison) -> Iterator[Text]:
    """What was not done, by the kind of comparison and the number of seeds."""
    own = replace(run.models[0], cost={"parameters": 9.0}, operation=())
    other = replace(
        own, operation=tuple(replace(one, chosen_on=None) for one in run.models[0].operation)
    )
    card = replace(run.dataset, patients=None)
    for kind in ("cross-validation", "held-out evaluation"):
        for seeds in (1, 3):
            protocol = replace(run.protocol, kind=kind, seeds=seeds)
            yield from sentences.not_done(
                replace(run, protocol=protocol, models=(other,), dataset=card)
            )
    parts = {"val": {"accuracy": HIGH}, "test": {"accuracy": HALF}}
    fall = sentences.shift([replace(own, splits=parts)], "accuracy")
    assert fall is not None
    yield fall


@pytest.mark.parametrize("made", [headlines, omissions])
def test_what_is_said_of_a_comparison(
    made: Callable[[Comparison], Iterator[Text]], folds_run: Comparison
) -> None:
    told = list(made(folds_run))
    assert len(told) >= 4
    for text in told:
        assert text.template
        assert left_in_english(text) == [], text


def test_what_is_said_of_probabilities(folds_run: Comparison) -> None:
    told = list(judgements(folds_run.models[0]))
    assert len(told) == 8
    for text in told:
        assert text.template
        assert left_in_english(text) == [], text


def test_the_headline_reads_well_in_chinese(folds_run: Comparison) -> None:
    told = list(headlines(folds_run))
    with speaking("zh"):
        assert tell(told[0]) == "a的AUC为0.900（0.850–0.950）。"
        assert tell(told[2]) == (
            "a的AUC最高，为0.900（0.850–0.950）；优于b；与c的差异无统计学意义；与d在界值内等效；"
            "图像过少，无法判断是否优于e。但错误率不同：见下文其他4个模型的准确率。"
        )
        assert tell(told[3]).startswith("a的AUC最高，为0.900（0.850–0.950）；优于其他所有模型。")
