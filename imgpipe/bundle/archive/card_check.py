"""The card in a bundle: what is known of it has its type, all else is plain JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict

from imgpipe._common import InputError
from imgpipe._common.texts import from_parts
from imgpipe.bundle.archive.refusing import excerpt
from imgpipe.bundle.archive.strict_json import as_hinted, parsed

Counts = Mapping[str, int]


class Score(TypedDict):
    """A score with its interval; null where there is none."""

    value: float | None
    low: float | None
    high: float | None


class Share(TypedDict):
    """A share with its interval."""

    value: float
    low: float
    high: float


class Bin(TypedDict):
    """Images that were given about as high a probability."""

    n: int
    low: float
    high: float
    observed: Share


class Reliability(TypedDict):
    """Such bins of one class."""

    name: str
    bins: tuple[Bin, ...]


class Calibration(TypedDict):
    """Whether probabilities came true."""

    ece: Score
    ece_by_chance: float | None
    ece_chance_limit: float | None
    curves: tuple[Reliability, ...]


class Point(TypedDict):
    """What thresholds did."""

    rule: str
    thresholds: tuple[float, ...]
    sensitivity: Score
    specificity: Score
    ppv: Score
    npv: Score


class Operation(TypedDict):
    """A class against the rest."""

    name: str
    chosen_on: str | None
    points: tuple[Point, ...]


class Conformal(TypedDict):
    """Sets of classes."""

    level: float
    coverage: Score
    least: tuple[float, ...]


class Judged(TypedDict):
    """The model in the run."""

    metrics: Mapping[str, Score]
    calibration: Calibration | None
    conformal: Conformal | None
    operation: tuple[Operation, ...]


class Protocol(TypedDict):
    """How it was judged."""

    kind: str
    folds: int | None
    repeats: int | None
    positive_class: str | None
    statement: str
    held_out: str | None


class Data(TypedDict):
    """The data set of the run."""

    n: int
    counts: Mapping[str, Counts]
    patients: int | None


class Finding(TypedDict):
    """What checks found."""

    code: str
    severity: str
    message: str


class Started(TypedDict):
    """When it was."""

    started: str


class Run(TypedDict):
    """What `imgpipe.evaluate.run_card.run_card` gives, as far as anything here reads it."""

    dataset: Data
    protocol: Protocol
    model: Judged
    findings: tuple[Finding, ...]
    run: Started
    wording: NotRequired[Mapping[str, Any]]


class Card(TypedDict, total=False):
    """What `imgpipe.bundle.make_card` gives."""

    model: str
    data: str
    images: Counts
    patients: int | None
    trained: str
    warnings: tuple[str, ...]
    data_hash: str | None
    prevalence: Mapping[str, float]
    patients_by_class: Counts | None
    split: Counts | None
    pixel_values: tuple[float, float] | None
    spacing: tuple[float, ...] | None
    seed: int | None
    settings: Mapping[str, str]
    licence: str | None
    citation: str | None
    note: str | None
    run: Run


def check_card(card: Mapping[str, Any], classes: Sequence[str]) -> None:
    """Refuse a card in which something known is not what `make_card` writes.

    Raises
    ------
    InputError
        The message names the place: ``card.images is 5; it must be an object``.
    """
    as_hinted(Mapping[str, Any], card, "card")
    as_hinted(Card, card, "card")
    _check_date(card.get("trained"), "card.trained")
    run = card.get("run")
    if run is None:
        return
    _check_date(run["run"]["started"], "card.run.run.started")
    positive = run["protocol"]["positive_class"]
    if positive is not None and positive not in classes:
        raise InputError(
            f"card.run.protocol.positive_class is {excerpt(positive)}, which is no class"
        )
    for place, parts in run.get("wording", {}).items():
        try:
            str(from_parts(parts))
        except Exception:  # of any type: templates are a small language
            raise InputError(f"card.run.wording has no readable {excerpt(place)}") from None


def as_card(card: Any, classes: Sequence[str]) -> dict[str, Any]:
    """Give a card as its reader will find it.

    Raises
    ------
    InputError
        For what JSON does not hold, and for what `check_card` refuses.
    """
    if not isinstance(card, Mapping):
        raise InputError(f"card is of type {type(card).__name__}; give a dict, as make_card does")
    try:
        text = json.dumps(dict(card), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"card holds what JSON does not: {error}") from None
    try:
        found: dict[str, Any] = parsed(text.encode())
    except InputError as error:
        raise InputError(f"card {error}") from None
    check_card(found, classes)
    return found


def _check_date(text: str | None, where: str) -> None:
    if text is None:
        return
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where} is {excerpt(text)}; it must be a date, as ISO 8601") from None
