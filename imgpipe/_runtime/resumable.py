"""Work that a kill, an interrupt or a full disk ends without loss: it goes on where it was."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imgpipe._common.errors import InputError
from imgpipe._common.stops import StoppedBatch, part_of
from imgpipe._runtime.journal import Journal

# no space, quota, size of a file
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)

LOST = "LOST"  # whoever worked at it is gone, and may be there again


@contextmanager
def resumable(
    out: Path | None,
    header: Mapping[str, Any],
    total: int,
    *,
    resume: bool = False,
    secret: str | None = None,
) -> Iterator[Journal]:
    """Give the journal of a table, which is deleted when the block succeeds.

    Without `out` it has no name, and nothing can go on from it.
    """
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
    path = None if out is None else part_of(out)
    journal = Journal(path, header, resume=resume, secret=secret)
    try:
        yield journal
        journal.remove()
    except KeyboardInterrupt:
        if path is None:
            raise
        raise StoppedBatch(journal.count, total, path) from None
    except InputError as error:
        if path is None or error.code != LOST:
            raise
        raise InputError(
            f"{error}; {journal.count} of {total} images are kept in {path}: resume from there",
            code=LOST,
        ) from None
    except OSError as error:
        if path is None or error.errno not in _FULL:
            raise
        raise InputError(
            f"{out}: {error.strerror}; {journal.count} of {total} images are kept in {path}: make "
            "room, and resume from there",
            code="DISK-FULL",
        ) from None
    finally:
        journal.close()
