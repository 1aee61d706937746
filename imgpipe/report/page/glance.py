"""What a reader takes in at a glance: a few figures below the headline."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgpipe._common.texts import Text, counted, say
from imgpipe.report.page.costs import TIMES
from imgpipe.report.page.view import View
from imgpipe.report.words import decisions, numbers

if TYPE_CHECKING:
    from imgpipe.evaluate import DataCard

_NAMED = 3  # classes counted by name


@dataclass(frozen=True)
class Figure:
    """A number with what it is, what belongs to it, and the section that tells more."""

    title: Text
    value: str
    note: str
    section: str
    bad: bool = False

    @property
    def word(self) -> bool:
        """Whether it is a word, which is written smaller than a number."""
        return not any(letter.isdigit() for letter in self.value)


def figures(view: View) -> list[Figure]:
    """How much was seen, what leaked, what went wrong, and what it costs."""
    found = [_images(view), _patients(view), _leaked(view), _wrong(view), _error(view), _cost(view)]
    return [each for each in found if each is not None]


def verdict(view: View) -> Text | None:
    """What the test says of the best model and the next one, and which test it was."""
    names = [model.name for model in view.ranked]
    rivals = [name for name in names[1:] if name != "dummy"] or names[1:]
    pairs = {frozenset((pair.a, pair.b)): pair for pair in view.comparison.pairs}
    pair = pairs.get(frozenset((names[0], *rivals[:1])))
    if pair is None or len(names) < 2:
        return None
    if pair.method == "none":
        return say("{statement}", statement=pair.statement)
    return say("{statement} Test: {method}.", statement=pair.statement, method=pair.method)


def _images(view: View) -> Figure:
    card = view.comparison.dataset
    counts = {
        name: sum(part.get(name, 0) for part in card.counts.values()) for name in card.classes
    }
    if len(counts) <= _NAMED:
        note: str = say("{list}", list=[say("{name}: {n}", n=n, name=c) for c, n in counts.items()])
    else:
        note = counted(len(counts), "{n} class", "{n} classes")
    title = say("Rows") if card.region == "table" else say("Images")
    return Figure(title, say("{n}", n=card.n), note, "data")


def _patients(view: View) -> Figure:
    card = view.comparison.dataset
    if card.patients is None:
        note = say("not named: they may stand on both sides")
        return Figure(say("Patients"), say("not known"), note, "protocol")
    return Figure(say("Patients"), say("{n}", n=card.patients), _apart(card), "protocol")


def _apart(card: "DataCard") -> Text:
    if card.shared_patients:
        return say("{n} trained on and judged", n=card.shared_patients)
    return say("none trained on and judged")


def _leaked(view: View) -> Figure:
    """Judged images that models could know from training."""
    found, copies = view.comparison.look_alikes, view.comparison.dataset.copies
    title = say("Look-alikes in training")
    judged = copies.judged if found is None else found.judged
    if judged is None:
        return Figure(title, say("not known"), say("what was trained on is not known"), "data")
    if found is None:
        note = say("judged images equal to one trained on")
    else:
        note = say("of {n} judged images", n=found.of)
    section = "lookalikes" if found is not None and found.groups else "data"
    return Figure(title, say("{n}", n=judged), note, section, bad=judged > 0)


def _wrong(view: View) -> Figure:
    table = view.best.confusion
    total = int(table.sum())
    wrong = total - int(table.trace())
    share = say("{share:.1f} % of {n}", share=100 * wrong / total, n=total) if total else ""
    note = say("{share}, by {model}", share=share, model=view.best.name)
    return Figure(say("Called wrong"), say("{n}", n=wrong), note, "mistakes")


def _error(view: View) -> Figure | None:
    found = view.best.calibration
    if found is None:
        return None
    note = say(
        "of {model}; chance alone gives up to {limit:.3f}",
        model=view.best.name,
        limit=found.ece_chance_limit,
    )
    value = numbers.number(found.ece.value)
    return Figure(
        say("Calibration error"), value, note, "calibration", bad=decisions.miscalibrated(found)
    )


def _cost(view: View) -> Figure | None:
    cost = view.best.cost
    key = next((key for key in TIMES if key in cost), None)
    if key is None:
        return None
    if key == TIMES[0]:
        note = say("CPU time, one thread, by {model}", model=view.best.name)
    else:
        note = say("on one thread, by {model}", model=view.best.name)
    return Figure(say("One image costs"), numbers.cost(key, cost[key])[1], note, "costs")
