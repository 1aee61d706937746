"""What stands behind the headline, in a few words."""

from datetime import date
from typing import TYPE_CHECKING

from imgpipe._common.texts import say
from imgpipe.report.words.fixed import kind_name

if TYPE_CHECKING:
    from imgpipe.evaluate import Comparison, Protocol


def overview(comparison: "Comparison") -> list[str]:
    """Say how images were divided into training and judged ones, and when."""
    day = date.fromisoformat(comparison.run.started[:10])
    return [*division(comparison.protocol), say("{day}", day=day)]


def division(protocol: "Protocol") -> list[str]:
    """Say how images were divided."""
    if protocol.kind != "cross-validation":
        held_out = protocol.held_out
        kind = kind_name(protocol.kind)
        return [kind if held_out is None else say("{kind} {column}", kind=kind, column=held_out)]
    if protocol.held_out is not None:
        how = say("each {column} held out in turn", column=protocol.held_out)
    else:
        how = say("{n}-fold cross-validation", n=protocol.folds)
    repeats = protocol.repeats or 1
    return [how, *([say("{n} times", n=repeats)] if repeats > 1 else [])]
