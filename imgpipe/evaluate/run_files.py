"""A comparison as files in a folder."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from imgpipe.evaluate.leaderboard import pair_table, subgroup_table
from imgpipe.evaluate.strict_json import plain, write_json

if TYPE_CHECKING:
    from imgpipe.evaluate.results import Comparison


def save_run(comparison: "Comparison", folder: str | os.PathLike[str]) -> None:
    """Write ``run.json, result.json, predictions.csv, leaderboard.csv`` into `folder`.

    Also ``duplicates.csv``, where images are equal or nearly so, and ``subgroups.csv``, where
    scores of subgroups were asked for.

    Parameters
    ----------
    comparison : Comparison
        From `compare`.
    folder : path-like
        Made if it does not exist. To have the whole folder appear at once, write into a
        temporary one and rename it.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "run.json", plain(comparison.run))
    write_json(folder / "result.json", comparison.to_dict())
    comparison.predictions.to_csv(folder / "predictions.csv", index=False)
    comparison.leaderboard().to_csv(folder / "leaderboard.csv", index=False)
    if comparison.dataset.duplicates:
        pair_table(comparison.dataset.duplicates).to_csv(folder / "duplicates.csv", index=False)
    if comparison.subgroups:
        subgroup_table(comparison.subgroups).to_csv(folder / "subgroups.csv", index=False)
