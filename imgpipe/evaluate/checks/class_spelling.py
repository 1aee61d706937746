"""LAB001: classes that may be one under two names."""

from imgpipe._common.texts import say
from imgpipe.evaluate.checks.entry import Check, nothing

CHECK = Check(
    "LAB001",
    say("classes spelt in two ways"),
    "error",
    say("Benign and benign would be told apart as two classes; compare refuses them."),
    say("Spell each class in one way; --ids exact takes them as different."),
    nothing,
)
