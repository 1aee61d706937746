"""How models differ from one another, and by how much chance alone moves their scores."""

from dataclasses import dataclass, field

from imgpipe.evaluate.results.scores import Interval

BETTER = "better"
NO_DIFFERENCE = "no detectable difference"
EQUIVALENT = "equivalent within the margin"
TOO_FEW = "too few to say"


@dataclass(frozen=True)
class PairedTest:
    """A difference (the first model less the second), its 95 % interval, and the test of it.

    What does not exist is NaN: Cochran's Q has no interval, and McNemar's exact test takes a count
    for its statistic. `p_value` is two-sided.
    """

    difference: float
    low: float
    high: float
    statistic: float
    p_value: float
    method: str


@dataclass(frozen=True)
class Verdict:
    """What the data say of two models.

    `difference` is that of `metric`, model `a` less model `b`, with its 95 % interval; `p_holm` is
    `p_value` adjusted for the number of pairs (Holm). `verdict` is one of ``"better"``, ``"no
    detectable difference"``, ``"equivalent within the margin"`` and ``"too few to say"``; `better`
    names the better model, if one is. `method` says which test it was, `why` why that one.
    `differences` holds every metric's difference with its interval from the paired bootstrap,
    `errors` the test of the models' errors, `equivalence` that of equivalence within `margin`.
    """

    a: str
    b: str
    metric: str
    difference: float
    low: float
    high: float
    p_value: float
    p_holm: float
    verdict: str
    statement: str
    method: str
    why: str
    better: str | None = None
    differences: dict[str, Interval] = field(default_factory=dict)
    errors: PairedTest | None = None
    margin: float | None = None
    equivalence: PairedTest | None = None


@dataclass(frozen=True)
class Spread:
    """Standard deviations of a model's score: how far chance of several kinds moves it.

    `patients`: of the whole score, with other patients judged (bootstrap). `folds`: of one fold's
    score. `repeats`: of one repeat's, where patients are divided anew. `seeds`: of one seed's.
    None where there is one only.
    """

    model: str
    metric: str
    patients: float
    folds: float | None = None
    repeats: float | None = None
    seeds: float | None = None
