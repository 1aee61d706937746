"""What a comparison found, as frozen data: the report renders it, the command line prints it."""

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from imgpipe._common import atomic_path, few
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
from imgpipe.evaluate.strict_json import NOT_KEPT, Written, kept_as, write_json

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Comparison(Drawn):
    """Models compared on one data set, by one protocol, on the same folds.

    `reading` holds what is to be known of a run that was read from its folder: files that were
    changed or are missing, scores that its predictions contradict.
    """

    dataset: DataCard
    protocol: Protocol
    models: tuple[ModelResult, ...] = field(metadata=kept_as(by="name"))
    predictions: "pd.DataFrame" = field(repr=False, compare=False, metadata=NOT_KEPT)
    run: RunFacts
    learning: LearningCurves | None = field(
        default=None, metadata=kept_as("learning_curve", sparse=True)
    )
    findings: tuple[Finding, ...] = ()
    pairs: tuple[Verdict, ...] = ()
    overall: PairedTest | None = None
    spreads: tuple[Spread, ...] = ()
    subgroups: tuple[Subgroup, ...] = field(default=(), metadata=kept_as(sparse=True))
    look_alikes: LookAlikesFound | None = field(default=None, metadata=kept_as(sparse=True))
    canaries: tuple[Canary, ...] = field(default=(), metadata=kept_as(sparse=True))
    features: FeaturesFound | None = field(default=None, metadata=kept_as(sparse=True))
    reading: tuple[str, ...] = field(default=(), compare=False, metadata=NOT_KEPT)

    def __repr__(self) -> str:
        _, rows = in_short(self.models)
        each = [f"{name} {auc}" for name, auc, *_ in rows]
        scores = few(each)
        return f"<Comparison on {self.dataset.name}, {self.protocol.kind}: AUC {scores}>"

    def _repr_html_(self) -> str:
        from imgpipe.evaluate.shown import show_comparison

        return show_comparison(self)

    def leaderboard(self) -> "pd.DataFrame":
        """Table of the models, best AUC first, with intervals, spread over seeds, and cost.

        With two classes its last column names the positive one. Canaries stand below the models.
        """
        return leaderboard(
            self.models, self.protocol.positive_class, self.canaries, self.look_alikes
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the per-sample predictions and the pictures, ready for strict JSON.

        Pictures stand as names. ``"wording"`` holds the template and the values of each text, by
        the place where it stands (RFC 6901).
        """
        return self.written()[0]

    def written(self) -> "tuple[dict[str, Any], dict[str, np.ndarray]]":
        """Give `to_dict`, and the pictures by the names that stand in it."""
        dataset = replace(self.dataset, duplicates=self.dataset.duplicates[:MOST_LISTED])
        writer = Written()
        content = writer.plain(replace(self, dataset=dataset))
        return {**content, "wording": writer.wording}, writer.pictures

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write `to_dict` to `path`; an undefined number becomes null."""
        with atomic_path(path) as scratch:
            write_json(scratch, self.to_dict())
