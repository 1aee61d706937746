"""DUP008: files that a manifest lists twice."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, nothing

CHECK = Check(
    "DUP008",
    say("files listed twice"),
    "error",
    say("One file counts as several images, and may be trained on and judged."),
    say("Keep one of its rows."),
    nothing,
)
