"""A table as texts, from a file or a frame."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from imgpipe._common import InputError, shown
from imgpipe.datasets.files.table import read_table

if TYPE_CHECKING:
    import pandas as pd


def read_cells(source: "str | os.PathLike[str] | pd.DataFrame") -> "pd.DataFrame":
    """All cells as text, blank where nothing is known."""
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        frame = source
    elif Path(source).suffix.lower() == ".csv":
        table = read_table(source, ("label",))
        return pd.DataFrame(table.rows, columns=table.columns)
    else:
        try:
            frame = pd.read_parquet(source)
        except ImportError:
            raise InputError(
                f"{shown(source)}: reading Parquet needs the package pyarrow (part of the extra "
                "parquet); or write .csv"
            ) from None
        except (ValueError, OSError) as error:
            raise InputError(f"{shown(source)}: cannot be read as Parquet: {error}") from None
    if not len(frame):
        raise InputError(f"{where_of(source)}: no rows")
    blank = frame.isna()
    texts = {name: [_text(value) for value in frame[name]] for name in frame.columns}
    return pd.DataFrame(texts).mask(blank.reset_index(drop=True), "")


def _text(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value).strip()


def where_of(source: "str | os.PathLike[str] | pd.DataFrame") -> str:
    """Say what errors begin with."""
    return shown(source) if isinstance(source, str | os.PathLike) else "table"
