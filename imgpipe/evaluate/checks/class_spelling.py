"""LAB001: classes that may be one under two names."""

from imgpipe.evaluate.checks.entry import Check, nothing

CHECK = Check(
    "LAB001",
    "classes spelt in two ways",
    "error",
    "Benign and benign would be told apart as two classes; compare refuses them.",
    "Spell each class in one way; --ids exact takes them as different.",
    nothing,
)
