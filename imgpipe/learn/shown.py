"""What a trained model shows of itself in a notebook."""

from typing import TYPE_CHECKING

from imgpipe._common.html import html_facts, html_list, html_view
from imgpipe._common.texts import counted, say

if TYPE_CHECKING:
    from imgpipe.learn.training import TrainedModel

_REGIONS = {
    "image": say("the whole image"),
    "mask": say("the pixels inside the mask"),
    "box": say("the box around the mask"),
}


def show_model(model: "TrainedModel") -> str:
    """Frame a model."""
    return html_view(
        say("Trained model"), "", html_facts(facts_of(model)), html_list(model.warnings)
    )


def facts_of(model: "TrainedModel") -> list[tuple[str, str]]:
    """Say what it is made of, what it tells apart, and what images it takes."""
    kind = say("gray") if model.channel_axis is None else say("colour")
    shape = " × ".join(map(str, model.image_shape))
    known = model.trained_on
    n = "" if known is None else counted(len(known), "{n} image", "{n} images")
    return [
        (say("steps"), " → ".join(steps_of(model))),
        (say("classes"), ", ".join(model.classes)),
        (say("images"), say("{shape} pixels, {dtype}, {kind}", shape=shape, dtype=model.dtype,
                            kind=kind)),
        (say("looks at"), _REGIONS[model.region]),
        (say("trained on"), n),
    ]  # fmt: skip


def steps_of(model: "TrainedModel") -> list[str]:
    """Names of the steps of its pipeline."""
    kept = getattr(model.pipeline, "step_names", None)  # of a bundle, which has no estimators
    if kept is not None:
        return list(kept)
    steps = getattr(model.pipeline, "steps", None)
    return [type(step).__name__ for _, step in steps or [("", model.pipeline)]]
