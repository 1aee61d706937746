"""Which models and classes a drawing shows, and how each of its lines looks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, did_you_mean
from imgpipe._common.texts import say
from imgpipe.evaluate.plots.canvas import DASHES, look, turn

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison, ModelResult

Names = str | Iterable[str] | None


def chosen(comparison: "Comparison", names: Names) -> "list[ModelResult]":
    """The models of these names, or all, the best first."""
    by_name = {model.name: model for model in comparison.models}
    models = [by_name[name] for name in comparison.leaderboard()["model"] if name in by_name]
    if names is None:
        return models
    wanted = [names] if isinstance(names, str) else list(names)
    known = [model.name for model in models]
    for name in wanted:
        if name not in known:
            raise InputError(
                f"no model {name!r}; there are {', '.join(known)}{did_you_mean(str(name), known)}"
            )
    if not wanted:
        raise InputError("models names no model; leave it out to draw all")
    return [model for model in models if model.name in wanted]


@dataclass(frozen=True)
class Lines:
    """Lines of a drawing: each is a model, a class, and what is drawn of the two."""

    comparison: "Comparison"
    lines: Sequence[tuple[str, str, Any]]

    @property
    def models(self) -> list[str]:
        return list(dict.fromkeys(model for model, _, _ in self.lines))

    @property
    def classes(self) -> list[str]:
        return list(dict.fromkeys(name for _, name, _ in self.lines))

    @property
    def of_two_classes(self) -> bool:
        return len(self.comparison.dataset.classes) == 2

    def from_last(self) -> list[tuple[int, str, str, Any]]:
        """Lines with their places, the best model last, which is drawn on top."""
        return [(place, *line) for place, line in reversed(list(enumerate(self.lines)))]

    def style(self, place: int) -> dict[str, Any]:
        """The look of a model; of one model a colour for each class, of several a dash."""
        model, name, _ = self.lines[place]
        number = self.classes.index(name)
        if len(self.models) == 1 and len(self.classes) > 1:
            return turn(number)
        dash = {} if len(self.classes) == 1 else {"linestyle": DASHES[number % len(DASHES)]}
        return look(self.comparison, model) | dash

    def name(self, place: int) -> str:
        """What tells a line from the others: its model, its class, or both."""
        model, name, _ = self.lines[place]
        if len(self.classes) == 1:
            return model
        return name if len(self.models) == 1 else say("{model}: {name}", model=model, name=name)

    @property
    def title(self) -> str:
        """Say of what class the lines are, or of what model."""
        if len(self.classes) == 1 and self.of_two_classes:
            return say("Positive class: {name}", name=self.classes[0])
        if len(self.classes) == 1:
            return say("{name} against the rest", name=self.classes[0])
        if len(self.models) == 1:
            return say("{model}: each class against the rest", model=self.models[0])
        return say("Each class against the rest")


def lines_of(
    comparison: "Comparison",
    models: Names,
    label: str | None,
    found: Mapping[str, Mapping[str, Any]],
    what: str,
) -> Lines:
    """Choose among what was `found` by model and class.

    Of several classes, and where nothing is chosen, the best of the models has a line for each.
    """
    shown = chosen(comparison, models)
    classes = list(dict.fromkeys(name for curves in found.values() for name in curves))
    if not classes:
        raise InputError(f"there is no {what}: {_why_none(comparison)}")
    if label is not None and label not in classes:
        known = did_you_mean(str(label), classes)
        raise InputError(f"no {what} of {label!r}; there is one of {', '.join(classes)}{known}")
    lines = [
        (model.name, name, curve)
        for model in shown
        for name, curve in found.get(model.name, {}).items()
        if label in (None, name)
    ]
    if not lines:
        names = ", ".join(model.name for model in shown)
        raise InputError(f"there is no {what} of {names}: its probabilities were not judged")
    if label is None and models is None and len(classes) > 1:
        lines = [line for line in lines if line[0] == lines[0][0]]
    return Lines(comparison, lines)


def _why_none(comparison: "Comparison") -> str:
    judged = [row for row in comparison.models[0].confusion if row.sum()]
    if len(judged) < 2:
        return "all held-out images are of one class"
    return "no model's probabilities could be judged"
