"""Which of two classes is the positive one, whose sensitivity is asked for."""

import re
from collections.abc import Sequence

from imgpipe._common import InputError, did_you_mean
from imgpipe.datasets.annotations.identity import canonical, number
from imgpipe.datasets.annotations.spelling import some

_NOTHING = frozenset({
    "normal", "healthy", "negative", "neg", "control", "controls", "no", "not", "non", "none",
    "without", "absent", "absence", "false", "uninfected", "unaffected",
    "gesund", "kein", "keine", "nein", "ohne", "unauffällig", "kontrolle",
})  # fmt: skip


def positive_last(
    where: str, classes: Sequence[str], positive: str | None = None
) -> tuple[str, ...]:
    """Order the classes so that of two the positive one comes last.

    That is the class asked for; else the one whose name does not say that nothing was found (or
    that what was found is benign); else the last, which of two numbers is the larger.
    """
    if positive is not None:
        chosen = _asked(where, classes, positive)
    elif len(classes) == 2 and _says_less(classes[1], classes[0]):
        chosen = classes[0]
    else:
        return tuple(classes)
    return (*(name for name in classes if name != chosen), chosen)


def is_guess(classes: Sequence[str]) -> bool:
    """Whether of two words nothing but their order says which is the positive one."""
    if len(classes) != 2 or all(number(name) is not None for name in classes):
        return False
    a, b = classes
    return not _says_less(a, b) and not _says_less(b, a)


def _asked(where: str, classes: Sequence[str], positive: str) -> str:
    """The class that was asked for, in whatever spelling."""
    if len(classes) > 2:
        raise InputError(
            f"{where}: --positive {positive} goes with two classes; there are {len(classes)}: "
            f"{some(classes, 8)}"
        )
    same = [name for name in classes if name == positive] or [
        name for name in classes if canonical(name) == canonical(positive)
    ]
    if len(same) != 1:
        raise InputError(
            f"{where}: --positive {positive} is no class; choose from {some(classes, 8)}"
            f"{did_you_mean(positive, classes)}"
        )
    return same[0]


def _says_less(name: str, other: str) -> bool:
    """Whether a name says, more than the other, that nothing is there: nonfatal beside fatal."""
    if _absence(name) or _absence(other):
        return _absence(name) > _absence(other)
    return canonical(name) in {before + canonical(other) for before in ("non", "non-")}


def _absence(name: str) -> int:
    """How much a name speaks for the negative class: 2 for nothing found, 1 for benign."""
    words = {word.lower() for word in re.findall(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+", name)}
    return 2 if words & _NOTHING else int(bool(words & {"benign", "gutartig"}))
