"""Who is trained on and who is judged: by folds, a given split, sites, or folds made before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.texts import Text
from imgpipe.evaluate.data.kept_folds import kept_folds, name_of_folds
from imgpipe.evaluate.data.sites import held_out_sites
from imgpipe.evaluate.data.splits import Split, make_splits


@dataclass(frozen=True)
class Division:
    """Splits of a data set, and how they came about.

    `draw` makes such folds of another data set; it is None where they were not drawn. `folds_of`
    says where folds come from that were made before.
    """

    splits: list[Split]
    draw: Callable[[Any], list[Split]] | None = None
    folds_of: Text | None = None


def divide(
    dataset: Any, *, folds: Any, repeats: int, seed: int, hold_out: str | None
) -> tuple[Any, Division]:
    """Divide a data set as `imgpipe.evaluate.compare` was asked to.

    Returns
    -------
    (dataset, division)
        Without what cannot be judged: images of no known site, for instance.
    """
    if not isinstance(folds, int | np.integer):
        if hold_out is not None or repeats != 1:
            raise InputError("folds are given: leave out hold_out and repeats, which make others")
        return dataset, Division(kept_folds(dataset, folds), folds_of=name_of_folds(folds))
    dataset, sites = held_out_sites(dataset, hold_out)
    if sites is not None:
        return dataset, Division(sites)

    def draw(data: Any) -> list[Split]:
        return make_splits(data, folds=int(folds), repeats=repeats, seed=seed)

    return dataset, Division(draw(dataset), draw if dataset.split is None else None)
