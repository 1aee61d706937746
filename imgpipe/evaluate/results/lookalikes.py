"""Which images look alike, and what scores lose by it."""

from dataclasses import dataclass, field

import numpy as np

from imgpipe.evaluate.results.scores import Interval


@dataclass(frozen=True)
class AlikeGroup:
    """Images that are equal or nearly so: `torn` has several labels, `across` several places.

    Of one that is not `sure`, the images may only be much alike; of one that is, `torn` and
    `across` tell of equal ones and sure copies, and `doubtful` images are no more than much alike
    to the others. `images` counts all; `ids`, `labels`, `places`, `doubtful` and `pictures` are
    those of the first few.
    """

    images: int
    torn: bool
    across: bool
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    places: tuple[str | None, ...]
    sure: bool = True
    doubtful: tuple[bool, ...] = ()
    pictures: tuple[np.ndarray, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class AlikeCount:
    """Look-alikes of one `kind`: ``"equal"``, ``"near"``, ``"maybe"``, or ``"all"`` together.

    `pairs` are those of ``duplicates.csv``, and `images` stand in them; `torn` of the pairs have
    different labels, `across` stand in different parts or folds. `groups` counts those of which no
    pair is surer than this.
    """

    kind: str
    pairs: int
    images: int
    groups: int
    torn: int
    across: int


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
    of images that may only be much alike: they are not among `torn` and `across`, which count
    groups with equal images or sure copies that differ in label or place. `apart` counts pairs of
    sure copies in different places that are of two groups. `without` are the scores on the others,
    `as_drawn` those on folds that do not keep look-alikes together.
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
    apart: int = 0
    counts: tuple[AlikeCount, ...] = ()
    shown: tuple[AlikeGroup, ...] = ()
    without: OtherScores | None = None
    as_drawn: OtherScores | None = None
