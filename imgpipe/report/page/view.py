"""What every section of the page starts from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgpipe.report.page.looks import Looks, looks_of
from imgpipe.report.words.numbers import number

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, ModelResult

HEADLINE = "auc"


@dataclass(frozen=True)
class View:
    """A comparison, its models from best to worst, and how each looks on the whole page.

    `metric` is the one that ranks: the AUC, or accuracy where there is no AUC.
    """

    comparison: "Comparison"
    ranked: "tuple[ModelResult, ...]"
    looks: Looks
    metric: str

    @property
    def best(self) -> "ModelResult":
        return self.ranked[0]


def view_of(comparison: "Comparison") -> View:
    """Rank the models and give each its look."""
    by_name = {model.name: model for model in comparison.models}
    ranked = [by_name[name] for name in comparison.leaderboard()["model"] if name in by_name]
    # with one class among the held-out images there is no AUC
    undefined = number(ranked[0].metrics[HEADLINE].value) == "–"
    metric = "accuracy" if undefined else HEADLINE
    return View(comparison, tuple(ranked), looks_of(comparison.models), metric)
