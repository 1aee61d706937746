"""How the models were compared."""

from typing import TYPE_CHECKING, Any

from imgpipe._common.texts import say
from imgpipe.report.page.looks import entry
from imgpipe.report.page.view import View
from imgpipe.report.words.fixed import kind_name

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison


def section(view: View) -> dict[str, Any]:
    """The protocol in sentences and in fields."""
    comparison = view.comparison
    return {
        "protocol": rows(comparison),
        "statement": comparison.protocol.statement,
        "settings": [
            entry(m, view.looks, text=assigned(m.best_params)) for m in view.ranked if m.best_params
        ],
    }


def rows(comparison: "Comparison") -> list[tuple[str, str]]:
    """List how the models were compared."""
    p = comparison.protocol
    listed: list[tuple[str, str]] = [(say("Kind"), kind_name(p.kind))]
    if p.held_out is not None:
        each = say("each {column} in turn", column=p.held_out)
        listed.append((say("Held out"), p.held_out if "=" in p.held_out else each))
    if p.kind == "cross-validation":
        repeated = say("{folds}, repeated {n} times", folds=p.folds, n=p.repeats)
        listed.append((say("Folds"), repeated if (p.repeats or 1) > 1 else f"{p.folds}"))
    listed.append((say("Seeds"), f"{p.seeds}"))
    listed.append((say("Tuned"), say("yes, on a stated grid") if p.tuned else say("nothing")))
    if p.positive_class is not None:
        listed.append((say("Positive class"), str(p.positive_class)))
    for name, grid in (p.grid or {}).items() if p.tuned else ():
        listed.append((say("Grid of {model}", model=name), assigned(grid)))
    return listed


def assigned(settings: Any) -> str:
    """Write settings as assignments."""
    if not isinstance(settings, dict):
        return str(settings)
    return ", ".join(f"{key} = {value}" for key, value in settings.items())
