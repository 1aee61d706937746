"""A table of features: what `extract_table` found, and how it is written."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imgpipe._common import InputError
from imgpipe._common.reasons import Reason
from imgpipe.tables.rows.writing import frame_of, rows_together, write_frames

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True, eq=False, repr=False)
class FeatureTable:
    """Features of each image, or the reason why there are none.

    Parameters
    ----------
    ids : tuple of str
        The path as given, or the index in the array.
    columns : dict of str to list of str
        What the source says of each image: label, group and split, DICOM identifiers.
    names : tuple of str
        Of the features.
    values : ndarray of float64, shape (n, f)
        NaN for an image that cannot be used, and for a feature that is undefined.
    errors : tuple of str
        In one line that names the image; empty for an image that was measured.
    warnings : tuple of str
        What was passed over.
    codes : tuple of str
        Of the reasons in `errors`: docs/batches.md. Where none are given, all are ``UNUSABLE``.
    """

    ids: tuple[str, ...]
    columns: dict[str, list[str]]
    names: tuple[str, ...]
    values: np.ndarray
    errors: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        failed = sum(map(bool, self.errors))
        errors = f", {failed} with errors" if failed else ""
        return f"<FeatureTable: {len(self)} rows, {len(self.names)} features{errors}>"

    def _repr_html_(self) -> str:
        from imgpipe.tables.shown import show_table

        return show_table(self)

    def to_frame(self) -> "pd.DataFrame":
        """One row an image.

        Returns
        -------
        DataFrame
            Columns ``id``, those that the source gives, the features, and ``error_code`` and
            ``error`` where an image could not be used.
        """
        codes = self.codes or ["UNUSABLE" if error else "" for error in self.errors]
        reasons = [Reason(*pair) for pair in zip(codes, self.errors, strict=True)]
        columns = {"id": self.ids, **self.columns}
        return frame_of(columns, self.names, self.values, reasons if any(self.errors) else None)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the table; the same rows give the same bytes, and a file appears whole or not.

        Parameters
        ----------
        path : path-like
            With the suffix ``.csv`` or ``.parquet``.

        Raises
        ------
        InputError
            For another suffix, or where Parquet needs a package that is not installed.
        """
        check_path(path)
        table, step = self.to_frame(), rows_together(len(self.names))
        starts = range(0, max(len(self), 1), step)
        write_frames(Path(path), (table[start : start + step] for start in starts))


class WrittenTable(NamedTuple):
    """What is in a table of features that was written.

    Parameters
    ----------
    rows : int
        Images.
    names : tuple of str
        Of the features.
    failed : tuple of (str, str, str)
        Id, code and message of each image that could not be used.
    warnings : tuple of str
        What was passed over.
    """

    rows: int
    names: tuple[str, ...]
    failed: tuple[tuple[str, str, str], ...]
    warnings: tuple[str, ...]


def holds_images(path: str | os.PathLike[str], ids: Sequence[str]) -> bool:
    """Whether a file is a table of features of these images, which can be made again.

    Parameters
    ----------
    path : path-like
        Of a ``.csv`` or ``.parquet`` file.
    ids : sequence of str
        Of the images.

    Returns
    -------
    bool
    """
    import pandas as pd

    try:
        if Path(path).suffix.lower() == ".csv":
            table = pd.read_csv(path, usecols=["id"], dtype=str, keep_default_na=False)
        else:
            table = pd.read_parquet(path, columns=["id"])
    except (ValueError, OSError, ImportError):  # of another kind
        return False
    return bool(table["id"].astype(str).tolist() == list(ids))


def settings_beside(path: str | os.PathLike[str]) -> Path:
    """Where the settings that a table was made with are written."""
    return Path(f"{os.fspath(path)}.settings.yaml")


def check_path(path: str | os.PathLike[str]) -> None:
    """Say before the work that a table cannot be written under this name."""
    from importlib.util import find_spec

    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{path}: a table needs the suffix {' or '.join(SUFFIXES)}, found {suffix or 'none'}"
        )
    if suffix == ".parquet" and find_spec("pyarrow") is None:
        raise InputError(
            "a parquet file needs the package pyarrow (pip install pyarrow; part of the extra "
            "parquet); or write .csv"
        )
