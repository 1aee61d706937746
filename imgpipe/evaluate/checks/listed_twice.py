"""DUP008: files that a manifest lists twice."""

from imgpipe.evaluate.checks.entry import Check, nothing

CHECK = Check(
    "DUP008",
    "files listed twice",
    "error",
    "One file counts as several images, and may be trained on and judged.",
    "Keep one of its rows.",
    nothing,
)
