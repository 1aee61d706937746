"""How it was compared, by what, and where."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Protocol:
    """How the models were compared; `statement` says it in sentences.

    `kind` is ``"given split"``, ``"cross-validation"``, ``"external set"`` or ``"held-out
    evaluation"``. `held_out` is what was held out, as ``site=B``, or the column of which each value
    was in turn.
    """

    kind: str
    folds: int | None
    repeats: int | None
    seeds: int
    tuned: bool
    grid: dict[str, dict[str, list[Any]]] | None
    positive_class: str | None
    statement: str
    held_out: str | None = None


@dataclass(frozen=True)
class RunFacts:
    """What another person needs to run the comparison again.

    `command` is what a shell takes, in the folder `called_in`, from which its paths start; both are
    None where the comparison was made in Python. `settings` are those of the features, as
    `imgpipe.features.read_settings` takes them, where all models that have features share them.
    """

    versions: dict[str, str]
    seed: int
    seeds: int
    data_hash: str
    cpu: str
    threads: int
    wall_seconds: float
    cpu_seconds: float
    started: str
    command: str | None = None
    called_in: str | None = None
    settings: dict[str, Any] | None = None
