"""A probability looked up in what a run found."""

from typing import Any

import pytest

from imgpipe.bundle.evidence import evidence_of

SHARE = {"value": 0.5, "low": 0.4, "high": 0.6}
BINS = [
    {"n": 40, "probability": 0.1, "observed": SHARE, "low": 0.05, "high": 0.2},
    {"n": 12, "probability": 0.7, "observed": SHARE, "low": 0.5, "high": 0.9},
]
POINT = {
    "rule": "highest probability",
    "thresholds": [0.5],
    "sensitivity": SHARE,
    "specificity": SHARE,
}


def run(**changed: Any) -> dict[str, Any]:
    """Make what a run of two classes found."""
    operation = {
        "name": "sick",
        "chosen_on": "inner folds",
        "points": [POINT, {**POINT, "rule": "specificity 0.95", "thresholds": [0.6, 0.4, 0.7]}],
    }
    model = {
        "calibration": {"curves": [{"name": "sick", "bins": BINS}]},
        "operation": [operation],
        "conformal": {"level": 0.9, "least": [0.2, 0.3, 0.1], "coverage": SHARE},
    }
    return {"protocol": {"positive_class": "sick"}, "model": {**model, **changed}}


@pytest.mark.parametrize(
    ("p", "n", "within"),
    [(0.1, 40, True), (0.2, 40, True), (0.3, 40, True), (0.4, 12, True), (0.9, 12, True),
     (0.01, 40, False), (0.95, 12, False)],
)  # fmt: skip
def test_the_bin_that_holds_a_probability(p: float, n: int, within: bool) -> None:
    """Between two bins the nearer one; beyond all, the last one, which is told."""
    found = evidence_of(run(), {"well": 1 - p, "sick": p}, "sick" if p > 0.5 else "well").bin
    assert found is not None
    assert (found.name, found.n, found.within) == ("sick", n, within)
    assert (found.share, found.share_low, found.share_high) == (0.5, 0.4, 0.6)


def test_thresholds_are_medians_over_folds() -> None:
    """Chosen ones only; a probability at the threshold reaches it."""
    at, below = (evidence_of(run(), {"well": 1 - p, "sick": p}, "sick") for p in (0.6, 0.59))
    (one,) = at.thresholds
    assert (one.rule, one.value, one.low, one.high) == ("specificity 0.95", 0.6, 0.4, 0.7)
    assert (one.reached, below.thresholds[0].reached) == (True, False)


@pytest.mark.parametrize(
    ("p", "inside"), [(0.9, ("sick",)), (0.5, ("well", "sick")), (0.1, ("well",))]
)
def test_classes_that_are_not_ruled_out(p: float, inside: tuple[str, ...]) -> None:
    """Those whose probability reaches the median of the folds' limits."""
    found = evidence_of(run(), {"well": 1 - p, "sick": p}, "sick").set
    assert found is not None
    assert (found.classes, found.least) == (inside, 0.2)


def test_what_a_run_did_not_look_at_is_none() -> None:
    """No calibration, no threshold chosen, no sets."""
    bare = run(calibration=None, operation=[], conformal=None)
    found = evidence_of(bare, {"well": 0.5, "sick": 0.5}, "sick")
    assert (found.bin, found.thresholds, found.set) == (None, (), None)


def test_of_several_classes_the_predicted_one_is_looked_up() -> None:
    """Each class has its curve."""
    curves = [{"name": name, "bins": [{**BINS[0], "n": n}]} for name, n in (("a", 1), ("b", 2))]
    several = run(calibration={"curves": curves}, operation=[], conformal=None)
    several["protocol"]["positive_class"] = None
    found = evidence_of(several, {"a": 0.2, "b": 0.5, "c": 0.3}, "b").bin
    assert found is not None
    assert (found.name, found.n) == ("b", 2)
