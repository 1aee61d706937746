"""Several runs beside one another."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imgpipe.evaluate.results.verdicts import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from imgpipe.evaluate.results.comparison import Comparison
    from imgpipe.evaluate.results.scores import ModelResult


@dataclass(frozen=True)
class NamedRun:
    """A run and the name that stands before those of its models.

    `same_as` names the first of the runs with which it shares images, labels and folds, `data` the
    first with the very same data: the same pixels and masks in the same order.
    """

    name: str
    comparison: "Comparison"
    same_as: str
    data: str

    def title(self, model: str) -> str:
        """Name one of its models among those of all runs."""
        return f"{self.name}/{model}"

    def renamed(self) -> "tuple[ModelResult, ...]":
        """Give its models, under the names that they have among all runs."""
        models = self.comparison.models
        return tuple(replace(model, name=self.title(model.name)) for model in models)


@dataclass(frozen=True)
class Unpaired:
    """Runs `a` of which no model is tested against one of the runs `b`, and why."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class JoinedRuns:
    """Runs beside one another, from `join_runs`.

    `pairs` are verdicts on models of different runs that judged the same images on the same folds;
    their p-values are adjusted for all these pairs (Holm). `unpaired` are the runs of which no
    models are tested, those that judged alike taken together. `warnings` are to be read first.
    """

    runs: tuple[NamedRun, ...]
    pairs: tuple[Verdict, ...] = ()
    unpaired: tuple[Unpaired, ...] = ()
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        names = ", ".join(run.name for run in self.runs)
        return f"<JoinedRuns {names}: {len(self.pairs)} pairs of models tested>"

    def _repr_html_(self) -> str:
        from imgpipe.evaluate.shown_joined import show_joined

        return show_joined(self)

    @property
    def models(self) -> "dict[str, ModelResult]":
        """Models of all runs by their names here."""
        return {model.name: model for run in self.runs for model in run.renamed()}

    def leaderboard(self) -> "pd.DataFrame":
        """Table of the models of all runs, best AUC first within the runs that can be compared."""
        import pandas as pd

        tables = []
        for run in self.runs:
            table = run.comparison.leaderboard()
            own = [model.name for model in run.comparison.models]
            table = table[table["model"].isin(own)]
            tables.append(table.assign(run=run.name, judged_as=run.same_as))
        whole = pd.concat(tables, ignore_index=True)
        by = "accuracy" if whole["auc"].isna().all() else "auc"
        order = {name: i for i, name in enumerate(dict.fromkeys(whole["judged_as"]))}
        whole = whole.sort_values(by, ascending=False, kind="stable")
        whole = whole.sort_values("judged_as", key=lambda names: names.map(order), kind="stable")
        first = ["run", "model"]
        return whole[[*first, *(c for c in whole if c not in first)]].reset_index(drop=True)
