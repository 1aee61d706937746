"""A table written a piece at a time: what a journal keeps, or what is in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgpipe._common import atomic_path
from imgpipe._common.reasons import NO_REASON, Reason
from imgpipe._runtime.journal import Block, Journal

if TYPE_CHECKING:
    import pandas as pd

_CELLS = 2**16  # numbers written together; as text, they take many times their 0.5 MB
_FEWEST, _MOST = 128, 2**16  # rows of a group of Parquet


def rows_together(columns: int) -> int:
    """How many rows are written at a time, which for Parquet is a group."""
    return min(max(_CELLS // max(columns, 1), _FEWEST), _MOST)


def frame_of(
    columns: Mapping[str, Sequence[str]],
    names: Sequence[str],
    values: np.ndarray,
    reasons: Sequence[Reason] | None,
) -> "pd.DataFrame":
    """Give rows as a frame; without reasons it has no columns for them.

    An empty column of errors would be read as a feature without a value.
    """
    import pandas as pd

    parts = [pd.DataFrame(dict(columns)), pd.DataFrame(values, columns=list(names))]
    if reasons is not None:
        parts.append(pd.DataFrame(list(reasons), columns=["error_code", "error"]))
    return pd.concat(parts, axis=1)


def write_frames(
    path: Path, frames: Iterable["pd.DataFrame"], noted: Mapping[str, str] | None = None
) -> None:
    """Write frames, of which there is at least one, as one table that appears whole or not.

    Parquet keeps what is `noted` in its metadata.
    """
    with atomic_path(path) as scratch:
        if path.suffix.lower() == ".csv":
            with scratch.open("w", encoding="utf-8", newline="") as file:
                for number, frame in enumerate(frames):
                    frame.to_csv(file, index=False, header=number == 0)
        else:
            _write_parquet(scratch, frames, noted or {})


def _write_parquet(path: Path, frames: Iterable["pd.DataFrame"], noted: Mapping[str, str]) -> None:
    import pyarrow
    import pyarrow.parquet

    writer: Any = None
    # a file of Python's own says what the system says, a full disk for one
    with path.open("wb") as file:
        try:
            for frame in frames:
                table = pyarrow.Table.from_pandas(
                    frame, schema=writer and writer.schema, preserve_index=False
                )
                if writer is None:
                    table = table.replace_schema_metadata({**table.schema.metadata, **noted})
                writer = writer or pyarrow.parquet.ParquetWriter(file, table.schema)
                writer.write_table(table, row_group_size=len(frame))
        finally:
            if writer is not None:
                writer.close()


def frames_of(
    journal: Journal,
    columns: Mapping[str, Sequence[str]],
    texts: Callable[[Block], Mapping[str, Sequence[str]]],
) -> Iterator["pd.DataFrame"]:
    """Read a journal, with the `columns` of all rows, and those that `texts` makes of a block."""
    start = 0
    for block in _regrouped(journal.blocks(), rows_together(len(journal.names))):
        stop = start + len(block)
        of_all = {name: column[start:stop] for name, column in columns.items()}
        reasons = [block.errors.get(i, NO_REASON) for i in range(len(block))]
        yield frame_of(
            of_all | dict(texts(block)),
            journal.names,
            block.values,
            reasons if journal.failed else None,
        )
        start = stop


def _regrouped(blocks: Iterable[Block], size: int) -> Iterator[Block]:
    """Put blocks together to some of one size, and a last one."""
    waiting: list[Block] = []
    for block in blocks:
        waiting.append(block)
        while sum(map(len, waiting)) >= size:
            whole = _joined(waiting)
            yield _part(whole, 0, size)
            waiting = [_part(whole, size, len(whole))] if len(whole) > size else []
    if waiting:
        yield _joined(waiting)


def _joined(blocks: Sequence[Block]) -> Block:
    errors: dict[int, Reason] = {}
    extras: dict[str, list[Any]] = {}
    start = 0
    for block in blocks:
        errors |= {start + i: reason for i, reason in block.errors.items()}
        for name in extras.keys() | block.extras.keys():
            own = block.extras.get(name, [None] * len(block))
            extras[name] = extras.get(name, [None] * start) + list(own)
        start += len(block)
    return Block(np.concatenate([block.values for block in blocks]), errors, extras)


def _part(block: Block, start: int, stop: int) -> Block:
    errors = {i - start: reason for i, reason in block.errors.items() if start <= i < stop}
    extras = {name: values[start:stop] for name, values in block.extras.items()}
    return Block(block.values[start:stop], errors, extras)
