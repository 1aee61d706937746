"""Do the tests and intervals keep what they promise? Simulated cohorts whose truth is known.

Run with ``make bench-statistics``. Each row draws thousands of cohorts and counts how often a test
sees a difference where there is none (5 % promised), how often a 95 % interval holds the truth, or
how often two models at the margin are called equivalent (5 % promised). The table and the plot in
``benchmarks/results`` are written here and never edited by hand.
"""

import json
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
from scipy.stats import ttest_1samp

from benchmarks._cohorts import (
    Design,
    draw,
    fold_differences,
    true_accuracy,
    true_auc,
    wilson_covers,
)
from benchmarks._timing import RESULTS, stamp, stamp_lines, table
from benchmarks.plots import svg_pyplot
from imgpipe.evaluate import (
    PairedTest,
    cochran_q,
    corrected_t,
    delong,
    equivalence,
    holm,
    mcnemar,
)
from imgpipe.evaluate.scores.intervals import Resampled, interval, resample
from imgpipe.evaluate.statistics.delong import Ranked, compare_areas
from imgpipe.evaluate.statistics.paired_bootstrap import paired_bootstrap

ALARMS, COVERED, EQUAL = "false alarms", "coverage", "false equivalence"
TARGETS = {ALARMS: (0.04, 0.06), COVERED: (0.93, 0.97), EQUAL: (0.04, 0.06)}
CHEAP, DEAR, FOLDED = 4000, 1000, 2000
RESAMPLES = 500  # half of what a comparison draws, in half the time
SINGLE = (Design(40), Design(200), Design(40, most=10), Design(100, ill=0.1),
          Design(100, most=10, ill=0.1))  # fmt: skip
PERFECT = 4.5  # shift of a model that is nearly always right
METRICS = ("auc", "accuracy", "sensitivity", "balanced_accuracy")

_Outcome = dict[tuple[str, str], bool]  # by what was tried, and what is counted


@dataclass(frozen=True)
class Row:
    """A share of trials, its Monte Carlo error, and whether it lies where it should."""

    subject: str
    design: str
    counted: str
    share: float
    error: float
    trials: int
    verdict: str


def main() -> None:
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    rows: list[Row] = []
    for design, trials, trial in experiments():
        if part not in design:
            continue
        rng = np.random.default_rng(zlib.crc32(design.encode()))
        counts: dict[tuple[str, str], int] = {}
        for _ in range(trials):
            for key, happened in trial(rng).items():
                counts[key] = counts.get(key, 0) + int(happened)
        rows += [_row(*key, design, n, trials) for key, n in counts.items()]
        for row in rows[-len(counts) :]:
            print(f"{row.subject}; {row.design}; {row.counted}: {row.share:.3f} {row.verdict}",
                  flush=True)  # fmt: skip
    if not part:
        write(rows)


def experiments() -> Iterator[tuple[str, int, Callable[[np.random.Generator], _Outcome]]]:
    """Every design, how often it is drawn, and what one trial counts."""
    for design in SINGLE:
        yield f"{design}", DEAR, lambda rng, d=design: single_and_paired(rng, d)
    yield f"{Design(40)}, AUC .999", DEAR, perfect
    for design in (*SINGLE, Design(40, most=5)):
        yield f"{design}; areas", CHEAP, lambda rng, d=design: areas(rng, d)
    for design in (Design(200), Design(1000), Design(100, most=10)):
        yield f"{design}; errors", CHEAP, lambda rng, d=design: errors(rng, d)
    for n, features, folds, repeats in (
        (100, 5, 5, 10),
        (200, 5, 5, 10),
        (200, 5, 5, 1),
        (200, 5, 10, 10),
        (200, 20, 5, 10),
    ):
        name = f"{n} patients, {features} features, {folds} folds, {repeats} repeat(s)"
        settings = (n, features, folds, repeats)
        yield name, FOLDED, lambda rng, s=settings: folded(rng, *s)
    yield f"{Design(600)}; margin", CHEAP, lambda rng: at_the_margin(rng, Design(600))
    yield (
        f"{Design(200, most=5)}; margin",
        CHEAP,
        lambda rng: at_the_margin(rng, Design(200, most=5)),
    )


def single_and_paired(rng: np.random.Generator, design: Design) -> _Outcome:
    """Intervals of single scores, and of differences by the paired bootstrap."""
    shifts = (1.2, 0.9)
    cohort = draw(rng, design, (*shifts, shifts[0]))
    thresholds = (shifts[0] / 2, shifts[1] / 2, shifts[0] / 2)
    seed = int(rng.integers(2**31))
    drawn = [
        resample(
            cohort.labels,
            [cohort.held_out(model, threshold)],
            2,
            cohort.patients,
            seed=seed,
            resamples=RESAMPLES,
        )
        for model, threshold in enumerate(thresholds)
    ]
    outcome: _Outcome = {}
    for name in METRICS:
        truth = true_auc if name == "auc" else true_accuracy
        true = [truth(shift) for shift in shifts]
        one, worse, equal = (model[name] for model in drawn)
        shown = name.replace("_", " ")
        outcome[f"interval, {shown}", COVERED] = _holds(interval(one), true[0])
        if name == "auc":
            outcome["percentiles, auc (not used)", COVERED] = _percentiles_hold(one, true[0])
        gap = paired_bootstrap(one, worse)
        outcome[f"paired bootstrap, {shown}", COVERED] = _holds(gap, true[0] - true[1])
        outcome[f"paired bootstrap, {shown}", ALARMS] = paired_bootstrap(one, equal).p_value < 0.05
    return outcome


def perfect(rng: np.random.Generator) -> _Outcome:
    """Scores that are mostly 1: Wilson's end."""
    shift = PERFECT
    cohort = draw(rng, Design(40), (shift,))
    part = cohort.held_out(0, shift / 2)
    drawn = resample(cohort.labels, [part], 2, cohort.patients, seed=int(rng.integers(2**31)))
    return {
        ("interval, auc", COVERED): _holds(interval(drawn["auc"]), true_auc(shift)),
        ("interval, accuracy", COVERED): _holds(interval(drawn["accuracy"]), true_accuracy(shift)),
    }


def areas(rng: np.random.Generator, design: Design) -> _Outcome:
    """DeLong's test, or Obuchowski's; and Holm's adjustment over the pairs of four equal models."""
    shifts = (1.2, 0.9)
    cohort = draw(rng, design, (*shifts, *[shifts[0]] * 3))
    groups = None if design.most == 1 else cohort.patients
    name = "DeLong" if groups is None else "Obuchowski"

    def test(a: int, b: int) -> PairedTest:
        both = Ranked(cohort.labels == 1, cohort.scores[a], cohort.scores[b])
        return compare_areas([both], groups)

    true = true_auc(shifts[0]) - true_auc(shifts[1])
    outcome = {(name, COVERED): _holds(test(0, 1), true), (name, ALARMS): test(0, 2).p_value < 0.05}
    plain = delong(cohort.labels, cohort.scores[0], cohort.scores[2]).p_value < 0.05
    as_is = "with z, as published" if groups is None else "patients ignored"
    outcome[f"DeLong, {as_is} (not used)", ALARMS] = plain
    if design == Design(200):
        six = holm([test(a, b).p_value for a, b in combinations((0, 2, 3, 4), 2)])
        outcome["Holm over 6 pairs of equal models, any", ALARMS] = bool((six < 0.05).any())
    return outcome


def errors(rng: np.random.Generator, design: Design) -> _Outcome:
    """McNemar's and Cochran's tests, and their forms for several images a patient."""
    shifts = (1.2, 0.9)
    cohort = draw(rng, design, (*shifts, *[shifts[0]] * 3))
    called = [
        (row > t / 2).astype(int)
        for row, t in zip(cohort.scores, (*shifts, *[shifts[0]] * 3), strict=True)
    ]
    groups = None if design.most == 1 else cohort.patients
    by = "" if groups is None else ", by patients"
    true = true_accuracy(shifts[0]) - true_accuracy(shifts[1])
    worse, equal = (mcnemar(cohort.labels, called[0], called[i], groups=groups) for i in (1, 2))
    four = cochran_q(cohort.labels, [called[i] for i in (0, 2, 3, 4)], groups=groups)
    return {
        (f"McNemar{by}", COVERED): _holds(worse, true),
        (f"McNemar{by}", ALARMS): equal.p_value < 0.05,
        (f"Cochran Q of 4 models{by}", ALARMS): four.p_value < 0.05,
    }


def folded(rng: np.random.Generator, n: int, features: int, folds: int, repeats: int) -> _Outcome:
    """The corrected t on real cross-validation, beside the plain one."""
    gaps = fold_differences(rng, n, features, folds, repeats)
    test = n // folds
    outcome = {("corrected t", ALARMS): corrected_t(gaps, n - test, test).p_value < 0.05}
    if repeats > 1 and features == 5 and n == 200:
        outcome["plain t (not used)", ALARMS] = bool(ttest_1samp(gaps, 0).pvalue < 0.05)
    return outcome


def at_the_margin(rng: np.random.Generator, design: Design) -> _Outcome:
    """Two models whose AUCs differ by exactly the margin are not equivalent."""
    shifts = (1.4, 1.1)
    cohort = draw(rng, design, shifts)
    groups = None if design.most == 1 else cohort.patients
    test = delong(cohort.labels, *cohort.scores, groups=groups)
    margin = true_auc(shifts[0]) - true_auc(shifts[1])
    return {("equivalence", EQUAL): equivalence(test.low, test.high, margin).p_value < 0.05}


def _holds(found: object, true: float) -> bool:
    return bool(found.low <= true <= found.high)  # type: ignore[attr-defined]


def _percentiles_hold(metric: Resampled, true: float) -> bool:
    low, high = np.nanpercentile(metric.draws, [2.5, 97.5])
    return bool(low <= true <= high)


def _row(subject: str, counted: str, design: str, n: int, trials: int) -> Row:
    share = n / trials
    error = float(np.sqrt(max(share * (1 - share), 1 / trials) / trials))
    low, high = TARGETS[counted]
    cautious = share > high if counted == COVERED else share < low
    near = low - 2 * error <= share <= high + 2 * error
    off = "cautious" if cautious else "within error" if near else "OFF"
    verdict = "as promised" if low <= share <= high else off
    if "not used" in subject:
        verdict = "for contrast"
    design = design.removesuffix("; areas").removesuffix("; errors").removesuffix("; margin")
    return Row(subject, design, counted, share, error, trials, verdict)


def write(rows: list[Row]) -> None:
    facts = stamp(("imgpipe", "numpy", "scipy"), resamples=RESAMPLES)
    cells = [
        [r.subject, r.design, r.counted, f"{100 * r.share:.1f} % ± {100 * r.error:.1f}", r.verdict]
        for r in rows
    ]
    lines = [
        "# Tests and intervals, simulated",
        "",
        "Shares of simulated cohorts, ± their Monte Carlo error. Promised: false alarms and false",
        "equivalence 4 to 6 %, coverage of 95 % intervals 93 to 97 %. *Cautious* errs on the safe",
        "side of that; *OFF* does not, by more than two Monte Carlo errors.",
        "",
        "Whole counts make any interval of a share uneven: for an accuracy of "
        f"{true_accuracy(PERFECT):.3f} of 40 images, Wilson's own covers exactly "
        f"{100 * wilson_covers(40, true_accuracy(PERFECT)):.1f} %.",
        "",
        "Student's t makes differences cautious where a class has few patients. The corrected t",
        "allows for images that folds share; folds divided once leave it cautious. It does not",
        "know how much a model changes with its training set: of 20 features 19 are noise, weighed",
        "anew by each study, and its false alarms rise.",
        "",
        "![Each share with two Monte Carlo errors, beside what was promised](statistics.svg)",
        "",
        table(["what", "cohort", "counted", "share", "verdict"], cells),
        "",
        *stamp_lines(facts),
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "statistics.md").write_text("\n".join(lines), encoding="utf-8")
    document = json.dumps({"facts": facts, "rows": [asdict(row) for row in rows]}, indent=2)
    (RESULTS / "statistics.json").write_text(document + "\n", encoding="utf-8")
    plot(rows)


def plot(rows: list[Row]) -> None:
    """Each share with two Monte Carlo errors, beside the band that was promised."""
    pyplot = svg_pyplot()
    figure, axes = pyplot.subplots(
        1, 2, figsize=(13, 0.19 * len(rows) / 1.6 + 2), layout="constrained"
    )
    for axis, kinds in zip(axes, ((COVERED,), (ALARMS, EQUAL)), strict=True):
        shown = [row for row in rows if row.counted in kinds]
        axis.axvspan(*(100 * end for end in TARGETS[kinds[0]]), color="#33658a", alpha=0.15)
        for y, row in enumerate(shown):
            colour = {"OFF": "#c1292e", "for contrast": "#999999"}.get(row.verdict, "#33658a")
            axis.errorbar(100 * min(row.share, 1 if kinds[0] == COVERED else 0.2), y,
                          xerr=200 * row.error, fmt="o", ms=4, color=colour)  # fmt: skip
        axis.set_yticks(range(len(shown)), [f"{r.subject}; {r.design}" for r in shown], fontsize=7)
        axis.invert_yaxis()
        axis.set_xlabel("%, above 20 drawn at 20" if kinds[0] == ALARMS else "%")
        axis.set_title(" and ".join(kinds), fontsize=10)
    figure.savefig(RESULTS / "statistics.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
