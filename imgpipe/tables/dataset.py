"""A table of features, labelled: what classifiers are compared on where there are no images."""

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from imgpipe._common import InputError, shown
from imgpipe._common.texts import Text, counted, say
from imgpipe.datasets.annotations.columns import OWN, find_columns, unused_note
from imgpipe.datasets.annotations.identity import clean_groups
from imgpipe.datasets.annotations.labels import encode
from imgpipe.datasets.annotations.spelling import BLANK, choose_name, clean_split, some
from imgpipe.datasets.labelled import Labelled
from imgpipe.tables.reading import read_cells, where_of
from imgpipe.tables.rows.columns import IDENTIFIERS, SAID, of_family
from imgpipe.tables.shown import show_values
from imgpipe.tables.table import SUFFIXES

if TYPE_CHECKING:
    import pandas as pd

_SAID = frozenset({*SAID, *OWN, *IDENTIFIERS})
_LARGEST = float(np.finfo(np.float32).max)  # trees compare numbers of this type
_INFINITE = {"inf": np.inf, "+inf": np.inf, "-inf": -np.inf}


@dataclass(frozen=True, eq=False, repr=False)
class FeatureDataset(Labelled):
    """Labelled rows of features, checked as `imgpipe.datasets.Dataset` is.

    Parameters
    ----------
    name : str
        What reports call it.
    images : DataFrame of float64, shape (n, f)
        Features, named by its columns: what stands in the place of the images.
    labels, classes, groups, split, ids, source, warnings, columns
        As in `imgpipe.datasets.Dataset`.
    """

    name: str
    images: Any
    labels: np.ndarray
    classes: tuple[str, ...] = ()
    groups: np.ndarray | None = None
    split: np.ndarray | None = None
    ids: Any = None
    source: str | None = None
    warnings: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    channel_axis: None = None
    masks: None = None
    region: str = "table"
    _noun: ClassVar[str] = "rows"

    def __post_init__(self) -> None:
        self._settle(len(self.images))

    def _facts(self) -> list[str]:
        return [counted(self.images.shape[1], "{n} feature", "{n} features")]

    def _below(self) -> str:
        return show_values(self.ids, self.images.columns, self.images.to_numpy())

    def _samples(self, indices: Any) -> dict[str, Any]:
        return {"images": self.images.iloc[indices].reset_index(drop=True)}

    def require_one_size(self) -> None:
        """Do nothing: all rows have one length."""


def is_feature_table(path: str | os.PathLike[str]) -> bool:
    """Whether a source is a table of features: CSV without a column of paths, or Parquet.

    A CSV that names no feature as imgpipe does is one where it has labels, and more columns of
    numbers than of words; else it may be a manifest whose paths have another name.

    Parameters
    ----------
    path : path-like or str
        As given to `imgpipe.datasets.load`.

    Returns
    -------
    bool
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES or not Path(path).is_file():
        return False
    if suffix == ".parquet":
        return True
    names, cells = _head(path)
    found = find_columns(shown(path), names, ())
    if "path" in found:
        return False
    return any(map(of_family, names)) or ("label" in found and _mostly_numbers(found, names, cells))


def load_features(
    source: "str | os.PathLike[str] | pd.DataFrame",
    *,
    groups: str | None = None,
    split: str | None = None,
    ids: str | None = None,
    positive: str | None = None,
    classes: Sequence[str] | None = None,
) -> FeatureDataset:
    """Load a table of features that `extract_table` wrote, or another, with a label for each row.

    Parameters
    ----------
    source : path-like or DataFrame
        A ``.csv`` or ``.parquet`` file with a column ``label`` (or ``class``, ``diagnosis``, ...),
        and, where they are known, ``id``, ``group`` and ``split``. Columns named as imgpipe names
        features are these; without any such, all other columns of numbers are. What is left can be
        used for subgroups and sites.
    groups, split : str, optional
        Columns of the patients and of the split, where they have other names.
    ids, positive, classes
        As in `imgpipe.datasets.load`.

    Returns
    -------
    FeatureDataset
        Rows with an error are left out, which a warning says.

    Raises
    ------
    InputError
        For a table without labels or features, or values that are no numbers.

    Examples
    --------
    >>> from imgpipe.tables import extract_table, load_features
    >>> table = extract_table("synthetic-nodules", families="intensity")
    >>> load_features(table.to_frame())
    <FeatureDataset table: 258 rows (benign: 131, malignant: 127), 72 patients>
    """
    frame = read_cells(source)
    where = where_of(source)
    names = [str(name) for name in frame.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"{where}: the column {twice[0]!r} is there twice")
    found = find_columns(where, names, ("label",))
    group_column = choose_name(where, "column", names, groups, "group")
    split_column = choose_name(where, "column", names, split, "split")
    frame, notes = _without_errors(where, frame)
    said = {*_SAID, *found.values(), group_column, split_column}
    others = [name for name in names if name not in said]
    features, more = _feature_columns(where, frame, others)
    left = {name: frame[name].tolist() for name in names if name in others and name not in features}
    parts = clean_split(where, frame[split_column]) if split_column else None
    who = frame[group_column].tolist() if group_column else None
    patients, doubts = clean_groups(where, who, parts, exact=ids == "exact")
    labels = frame[found["label"]].to_numpy(dtype=object)
    codes, known, said_of_classes = encode(where, labels, classes, exact=ids == "exact")
    unused = unused_note(left, group_column, split_column)
    values, infinite = _known(where, _numbers(where, frame, features))
    made = FeatureDataset(
        name=Path(where).stem,
        images=values,
        labels=codes,
        classes=known,
        groups=patients,
        split=parts,
        ids=frame["id"].to_numpy() if "id" in names else None,
        source=where if isinstance(source, str | os.PathLike) else None,
        warnings=(*notes, *said_of_classes, *doubts, *more, *infinite, *unused),
        columns=left,
    )
    return made.with_positive(positive)


def _head(path: str | os.PathLike[str]) -> tuple[list[str], list[str]]:
    """Names of the columns, and the first row; none where the file is no text."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            names, cells = next(lines, []), next(lines, [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return [], []
    return [name.strip() for name in names], [cell.strip() for cell in cells]


def _mostly_numbers(found: Mapping[str, str], names: list[str], cells: list[str]) -> bool:
    """Tell whether more columns are of numbers than of words, but for those of who and what."""
    said = {*_SAID, *found.values(), ""}
    others = [cell for name, cell in zip(names, cells, strict=False) if name not in said]
    return 2 * sum(_all_numbers([cell]) for cell in others) > len(others)


def _without_errors(where: str, frame: "pd.DataFrame") -> "tuple[pd.DataFrame, list[Text]]":
    """Leave out the rows of images that could not be measured."""
    if "error" not in frame:
        return frame, []
    failed = (frame["error"] != "").to_numpy()
    if failed.all():
        raise InputError(f"{where}: every row has an error: {frame['error'].iloc[0]}")
    if not failed.any():
        return frame, []
    first = frame["error"][failed].iloc[0]
    note = counted(
        int(failed.sum()),
        "{n} of {of} rows has an error and is left out ({first})",
        "{n} of {of} rows have an error and are left out ({first})",
        of=len(frame),
        first=first,
    )
    return frame[~failed].reset_index(drop=True), [note]


def _feature_columns(
    where: str, frame: "pd.DataFrame", names: list[str]
) -> tuple[list[str], list[Text]]:
    """Choose the features, and say what was taken for some."""
    ours = [name for name in names if of_family(name)]
    if ours:
        return ours, []
    numbers = [name for name in names if _all_numbers(frame[name])]
    if not numbers:
        raise InputError(
            f"{where}: no column of features among {some(names, 8) or 'the columns'}: a table from "
            "imgpipe extract, or columns of numbers, are needed"
        )
    return numbers, [
        say(
            "no column is named as imgpipe names features: all {n} columns of numbers are taken as "
            "such ({names}); leave out those that are none",
            n=len(numbers),
            names=some(numbers),
        )
    ]


def _all_numbers(values: Iterable[str]) -> bool:
    try:
        for value in values:
            _value(value)
    except ValueError:
        return False
    return True


def _value(text: str) -> float:
    """Give the number of a cell, NaN for a blank one."""
    if text in BLANK:
        return np.nan
    return _INFINITE[text.lower()] if text.lower() in _INFINITE else float(text)


def _numbers(where: str, frame: "pd.DataFrame", names: list[str]) -> "pd.DataFrame":
    """Features as numbers."""
    import pandas as pd

    columns = {}
    for name in names:
        try:
            columns[name] = np.array([_value(text) for text in frame[name]])
        except ValueError:
            wrong = next(text for text in frame[name] if not _all_numbers([text]))
            raise InputError(f"{where}: {wrong!r} in column {name} is no number") from None
    return pd.DataFrame(columns)


def _known(where: str, values: "pd.DataFrame") -> "tuple[pd.DataFrame, list[Text]]":
    """Take infinite values as missing, and say so; refuse those that classifiers cannot hold."""
    infinite = np.isinf(values.to_numpy())
    for name in values.columns[((values.abs() > _LARGEST) & ~infinite).any()]:
        largest = values[name][np.isfinite(values[name])].abs().max()
        raise InputError(
            f"{where}: {largest:g} in column {name} is too large for classifiers, which take "
            f"numbers up to {_LARGEST:.2g}"
        )
    if not infinite.any():
        return values, []
    note = counted(
        int(infinite.sum()),
        "{n} infinite value is taken as missing",
        "{n} infinite values are taken as missing",
    )
    return values.mask(infinite), [note]
