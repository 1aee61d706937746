"""What a comparison found, as frozen data: the report renders it, the command line prints it."""

import os
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from imgpipe._common import atomic_path
from imgpipe._common.html import html_list, html_table
from imgpipe.evaluate.leaderboard import in_short, leaderboard
from imgpipe.evaluate.results.canaries import Canary
from imgpipe.evaluate.results.data import MOST_LISTED, DataCard
from imgpipe.evaluate.results.drawn import Drawn
from imgpipe.evaluate.results.features import FeaturesFound
from imgpipe.evaluate.results.findings import Finding
from imgpipe.evaluate.results.learning import LearningCurves
from imgpipe.evaluate.results.lookalikes import LookAlikesFound
from imgpipe.evaluate.results.run import Protocol, RunFacts
from imgpipe.evaluate.results.scores import ModelResult
from imgpipe.evaluate.results.subgroups import Subgroup
from imgpipe.evaluate.results.verdicts import PairedTest, Spread, Verdict
from imgpipe.evaluate.strict_json import plain, write_json

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison(Drawn):
    """Models compared on one data set, by one protocol, on the same folds."""

    dataset: DataCard
    protocol: Protocol
    models: tuple[ModelResult, ...]
    predictions: "pd.DataFrame" = field(repr=False, compare=False)
    run: RunFacts
    learning: LearningCurves | None = None
    findings: tuple[Finding, ...] = ()
    pairs: tuple[Verdict, ...] = ()
    overall: PairedTest | None = None
    spreads: tuple[Spread, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    look_alikes: LookAlikesFound | None = None
    canaries: tuple[Canary, ...] = ()
    features: FeaturesFound | None = None

    def __repr__(self) -> str:
        _, rows = in_short(self.models)
        scores = ", ".join(f"{name} {auc}" for name, auc, *_ in rows)
        return f"<Comparison on {self.dataset.name}, {self.protocol.kind}: AUC {scores}>"

    def _repr_html_(self) -> str:
        title = f"{self.dataset.name}: {self.protocol.kind}, {self.dataset.n} images"
        return html_table(title, *in_short(self.models, self.canaries)) + html_list(
            self.dataset.warnings
        )

    def leaderboard(self) -> "pd.DataFrame":
        """Table of the models, best AUC first, with intervals, spread over seeds, and cost.

        With two classes its last column names the positive one. Canaries stand below the models.
        """
        return leaderboard(
            self.models, self.protocol.positive_class, self.canaries, self.look_alikes
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the per-sample predictions and the pictures, ready for strict JSON."""
        return {
            "dataset": _card_dict(self.dataset),
            "protocol": plain(self.protocol),
            "models": {model.name: _model_dict(model) for model in self.models},
            "findings": plain(self.findings),
            **({"canaries": plain(self.canaries)} if self.canaries else {}),
            "pairs": plain(self.pairs),
            "overall": plain(self.overall),
            "spreads": plain(self.spreads),
            **({"subgroups": plain(self.subgroups)} if self.subgroups else {}),
            **({} if (a := self.look_alikes) is None else {"look_alikes": a.to_dict()}),
            **({} if self.features is None else {"features": plain(self.features)}),
            "run": plain(self.run),
            **({} if self.learning is None else {"learning_curve": plain(self.learning)}),
        }

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write `to_dict` to `path`; an undefined number becomes null."""
        with atomic_path(path) as scratch:
            write_json(scratch, self.to_dict())


def _card_dict(card: DataCard) -> dict[str, Any]:
    """Leave the pictures out of the data card, and all but the worst pairs."""
    shown = replace(card, duplicates=card.duplicates[:MOST_LISTED])
    return {f.name: plain(getattr(shown, f.name)) for f in fields(card) if f.name != "examples"}


def _model_dict(model: ModelResult) -> dict[str, Any]:
    """Leave the fitted pipeline and the pictures out of a model's result."""
    kept = (f.name for f in fields(model) if f.name not in ("name", "pipeline", "mistakes"))
    content = {name: plain(getattr(model, name)) for name in kept}
    content["mistakes"] = [
        {f.name: plain(getattr(m, f.name)) for f in fields(m) if f.name not in ("image", "maps")}
        for m in model.mistakes
    ]
    return content
