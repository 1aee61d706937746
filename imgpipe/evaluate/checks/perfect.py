"""SCO001: a perfect score."""

from imgpipe._common.palette import DUMMY
from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, Evidence, Seen


def look(evidence: Evidence) -> list[Seen]:
    """Models with an accuracy or AUC of exactly 1, which one that looks at nothing does not reach.

    Where all held-out images are of one class, it does.
    """
    if any(m.name == DUMMY and m.metrics["accuracy"].value == 1.0 for m in evidence.models):
        return []
    return [
        Seen(
            say(
                "{name} is perfect ({metric} 1.0 on held-out data): look for a leak, such as "
                "duplicates, a mark on the image, or a label in its border",
                name=model.name,
                metric=told,
            )
        )
        for model in evidence.models
        for metric, told in (("accuracy", say("accuracy")), ("auc", "AUC"))
        if model.metrics[metric].value == 1.0
    ]


CHECK = Check(
    "SCO001",
    say("perfect score"),
    "warning",
    say("Few questions of medicine are that easy; a leak is likelier."),
    say("Look for what gives the answer: copies, marks, borders, names of files."),
    look,
)
