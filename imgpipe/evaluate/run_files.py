"""A comparison as files in a folder, and back."""

import os
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, say
from imgpipe.evaluate.leaderboard import pair_table, subgroup_table
from imgpipe.evaluate.reading import files, pictures
from imgpipe.evaluate.reading.copies import all_pairs
from imgpipe.evaluate.reading.decoding import Reader
from imgpipe.evaluate.reading.predictions import contradictions, read_predictions
from imgpipe.evaluate.reading.whole import check_whole
from imgpipe.evaluate.results import Comparison
from imgpipe.evaluate.strict_json import plain, write_json
from imgpipe.features.settings_file import FILE_OF_A_RUN, settings_from_json, write_settings

if TYPE_CHECKING:
    import numpy as np


def save_run(comparison: Comparison, folder: str | os.PathLike[str]) -> None:
    """Write ``run.json, result.json, predictions.csv, leaderboard.csv`` into `folder`.

    Also ``pictures.npz``, where there are pictures of images; ``duplicates.csv``, where images are
    equal or nearly so; ``subgroups.csv``, where scores of subgroups were asked for; and
    ``settings.yaml``, which `imgpipe.features.read_settings` reads, where models have features.
    ``run.json`` holds the number of this form of a folder and the SHA-256 of all other files.

    Parameters
    ----------
    comparison : Comparison
        From `compare`.
    folder : path-like
        Made if it does not exist. To have the whole folder appear at once, write into a
        temporary one and rename it.

    See Also
    --------
    load_run : Reads the folder back.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    content, arrays = comparison.written()
    write_json(folder / "result.json", content)
    pictures.save_pictures(arrays, folder)
    tables = {
        "predictions.csv": comparison.predictions,
        "leaderboard.csv": comparison.leaderboard(),
    }
    if comparison.dataset.duplicates:
        tables["duplicates.csv"] = pair_table(comparison.dataset.duplicates)
    if comparison.subgroups:
        tables["subgroups.csv"] = subgroup_table(comparison.subgroups)
    for name, table in tables.items():
        table.to_csv(folder / name, index=False)
    beside = []
    if comparison.run.settings is not None:
        settings = settings_from_json(comparison.run.settings)
        write_settings(folder / FILE_OF_A_RUN, settings)
        beside = [FILE_OF_A_RUN]
    written = ["result.json", *beside, *([pictures.NAME] if arrays else []), *tables]
    record = {"format": files.FORMAT, **plain(comparison.run)}
    write_json(folder / "run.json", {**record, "files": files.checksums(folder, written)})


def load_run(folder: str | os.PathLike[str]) -> Comparison:
    """Read a run back that `save_run` or ``imgpipe compare`` wrote.

    Parameters
    ----------
    folder : path-like
        With ``run.json``, ``result.json`` and ``predictions.csv``.

    Returns
    -------
    Comparison
        As it was written, without the fitted models. Its `reading` says which files were changed
        since or are missing, and which scores its predictions contradict; a warning is given of
        each.

    Raises
    ------
    InputError
        There is no such folder, it holds no run or one of another form, a file is no JSON, or a
        value in it is not what it should be; the message names the file and the place.

    Examples
    --------
    >>> import tempfile
    >>> from imgpipe.datasets import load
    >>> from imgpipe.evaluate import compare, load_run, save_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_run(compare("dummy", load("synthetic-nodules"), folds=2), folder)
    ...     load_run(folder).models[0].name
    'dummy'
    """
    folder, name = Path(folder), shown(folder)
    record = files.run_record(folder, name)
    content = files.read_json(folder / "result.json", f"{name}/result.json")
    told = files.changes(folder, record, name) + files.told_twice(record, content.get("run"), name)
    wording = content.pop("wording", {})
    arrays, lack = _pictures(folder, name)
    reader = Reader(f"{name}/result.json", wording if isinstance(wording, dict) else {}, arrays)
    table = read_predictions(folder, _classes(reader, content), name)
    try:
        comparison = reader.read(Comparison, content, given={"predictions": table})
    except InputError as error:
        if "format" in record:
            raise
        raise InputError(
            f"{error} (the run was written by an earlier version of imgpipe; make it anew)"
        ) from None
    check_whole(comparison, reader.file)
    told += contradictions(comparison, name)
    if reader.gone:
        told.append(lack or say("In {run}, pictures are missing: this page shows none.", run=name))
    if reader.unknown:
        told.append(
            say(
                "The run {run} holds what this version of imgpipe does not know, and leaves out: "
                "{places}.",
                run=name,
                places=reader.unknown,
            )
        )
    for text in told:
        warnings.warn(text, stacklevel=2)
    pairs = all_pairs(comparison.dataset.duplicates, folder)
    card = replace(comparison.dataset, duplicates=pairs)
    return replace(comparison, dataset=card, reading=tuple(told))


def _classes(reader: Reader, content: dict[str, Any]) -> tuple[str, ...]:
    """Find the names of the classes, by which the predictions are read."""
    place = content.get("dataset")
    if not isinstance(place, dict) or "classes" not in place:
        raise InputError(f"{reader.file}: dataset.classes is missing")
    found: tuple[str, ...] = reader.read(tuple[str, ...], place["classes"], "/dataset/classes")
    return found


def _pictures(folder: Path, name: str) -> "tuple[dict[str, np.ndarray], Text | None]":
    """Read the pictures; where they cannot be, say why, and show none."""
    path = folder / pictures.NAME
    if not path.is_file():
        return {}, say("In {run} there is no pictures.npz: the pictures are missing.", run=name)
    try:
        return pictures.load_pictures(path), None
    except InputError as error:
        return {}, say("The pictures are missing: {why}.", why=str(error))
