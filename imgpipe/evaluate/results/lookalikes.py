"""Which images look alike, and what scores lose by it."""

from dataclasses import dataclass, field

import numpy as np

from imgpipe.evaluate.results.scores import Interval


@dataclass(frozen=True)
class AlikeGroup:
    """Images that are equal or nearly so: `torn` has several labels, `across` several places.

    Of one that is not `sure`, the images may only be much alike. `images` counts all; `ids`,
    `labels`, `places` and `pictures` are those of the first few.
    """

    images: int
    torn: bool
    across: bool
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    places: tuple[str | None, ...]
    sure: bool = True
    pictures: tuple[np.ndarray, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class OtherScores:
    """Scores of the models under another rule about look-alikes; `statement` says which."""

    title: str
    statement: str
    scores: dict[str, dict[str, Interval]]


@dataclass(frozen=True)
class LookAlikesFound:
    """Images that are equal or nearly so, by groups, and what was done about them.

    `handling` is ``"group"``, ``"drop"`` or ``"keep"``; `left_out` counts what it dropped.
    `judged` images had an equal or nearly equal one in the training of the models that judged
    them, of `of` judged ones; None where it is not known what was trained on. `maybe` counts groups
    of images that may only be much alike: they are not among `torn` and `across`. `without` are
    the scores on the others, `as_drawn` those on folds that do not keep look-alikes together.
    """

    handling: str
    images: int
    groups: int
    torn: int
    across: int
    judged: int | None
    of: int
    left_out: int = 0
    maybe: int = 0
    shown: tuple[AlikeGroup, ...] = ()
    without: OtherScores | None = None
    as_drawn: OtherScores | None = None
