"""PAT002: patients in more than one part of a given split."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, nothing

CHECK = Check(
    "PAT002",
    say("patients on both sides"),
    "error",
    say("A model is judged on patients whom it was trained on; compare refuses such a split."),
    say("Put each patient into one part, or leave the split out."),
    nothing,
)
